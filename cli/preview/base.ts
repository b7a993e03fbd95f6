import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";

import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { SettingsFile } from "../project/settings-file.ts";

/** Where the settings are that a change is compared with. */
export type Base = { ref: string } | { path: string };

function baseName(base: Base): string {
  return "ref" in base ? base.ref : base.path;
}

/** The settings of the base; nothing where the stack was not there yet. @throws Failure when they cannot be read */
export async function baseSettings(base: Base, project: Project): Promise<Settings | undefined> {
  const text = "ref" in base ? await fromGit(base.ref, project) : await readFile(base.path, "utf8");
  if (text === undefined) return undefined;
  try {
    return SettingsFile.parse(project.settingsFile, text).settings;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`The settings of ${baseName(base)} will not do:\n${error.message}`, "Name another base.", {
      cause: error,
    });
  }
}

async function fromGit(ref: string, { directory, settingsFile }: Project): Promise<string | undefined> {
  try {
    const place = `${ref}:./${basename(settingsFile)}`;
    const { stdout } = await promisify(execFile)("git", ["show", "--end-of-options", place], { cwd: directory });
    return stdout;
  } catch (error) {
    const { stderr = "", code } = error as { stderr?: string; code?: unknown };
    if (/exists on disk, but not in|does not exist in/.test(stderr)) return undefined;
    const reason = code === "ENOENT" ? "there is no git here" : (stderr.trim().split("\n")[0] ?? "");
    throw new Failure(
      `The settings of ${ref} cannot be read from git: ${reason}.`,
      "Fetch it first (actions/checkout does with fetch-depth: 0), or name a file with --base-file.",
      { cause: error },
    );
  }
}
