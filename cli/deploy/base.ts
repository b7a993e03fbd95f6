import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import type { OwnPolicy } from "../../infra/own-policies.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { git } from "../project/git.ts";
import type { Project } from "../project/project.ts";
import { SettingsFile } from "../project/settings-file.ts";

/** The source of the settings that a change is compared with: a git revision or a file. */
export type Base = { ref: string } | { path: string };

/** The settings of the base; undefined where the revision has no settings file. @throws Failure when they cannot be read */
export async function baseSettings(base: Base, project: Project): Promise<Settings | undefined> {
  const file = basename(project.settingsFile);
  const [text, name] =
    "ref" in base
      ? [await fromGit(base.ref, file, project.directory), `${base.ref}:${file}`]
      : [await readFile(base.path, "utf8"), base.path];
  if (text === undefined) return undefined;
  const read = (path: string): Promise<string | undefined> =>
    "ref" in base
      ? fromGit(base.ref, path, project.directory)
      : readFile(join(dirname(base.path), path), "utf8").catch(() => undefined);
  try {
    const { settings } = SettingsFile.parse(name, text);
    return { ...settings, ownPolicies: await policiesOf(settings, read) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`The settings of the base will not do:\n${error.message}`, "Name another base.", {
      cause: error,
    });
  }
}

/** The organization's own policies in the base. A file that is missing or invalid is left out: its policy then counts as new. */
async function policiesOf(
  { serviceControlPolicies }: Settings,
  read: (path: string) => Promise<string | undefined>,
): Promise<OwnPolicy[]> {
  const policies: OwnPolicy[] = [];
  if (serviceControlPolicies.length === 0) return policies;
  const { readPolicyText } = await import("../../infra/policy-files.ts");
  for (const file of serviceControlPolicies) {
    const text = await read(file);
    const found = text === undefined ? undefined : readPolicyText(Buffer.from(text));
    if (found !== undefined && "document" in found) policies.push({ file, content: found.document });
  }
  return policies;
}

async function fromGit(ref: string, file: string, directory: string): Promise<string | undefined> {
  // Only a commit is a base: git would accept other objects, such as the index for an empty name.
  const revision = await git(directory, ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`]);
  if ("failure" in revision) throw unreadable(ref, revision.failure);
  const settings = await git(directory, ["show", `${revision.output.toString().trim()}:./${file}`]);
  if (!("failure" in settings)) return settings.output.toString();
  if (/exists on disk, but not in|does not exist in/.test(settings.failure)) return undefined;
  throw unreadable(ref, settings.failure);
}

function unreadable(ref: string, failure: string): Failure {
  const [reason = ""] = failure.split("\n");
  return new Failure(
    `The settings of the revision "${ref}" cannot be read from git: ${reason}.`,
    "Fetch it first (actions/checkout does with fetch-depth: 0), or name a file with --base-file.",
  );
}
