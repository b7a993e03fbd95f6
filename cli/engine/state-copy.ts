import { mkdir, mkdtemp, rm, writeFile, copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { type StateFiles, stateFilesOf } from "../state/files.ts";

/** A copy of a stack that a run may change without the stack's knowing. */
export interface StateCopy {
  project: Project;
  /** When the stack last wrote each resource, by URN. */
  modified: Map<string, string>;
}

/**
 * Does something with a copy of a stack's state, in a directory that only this user can enter and that is gone afterwards.
 * Secrets stay encrypted in it as they are; the stack itself is only read.
 *
 * @throws Failure where the state is not kept in files that can be copied
 */
export async function withStateCopy<T>(project: Project, action: (copy: StateCopy) => Promise<T>): Promise<T> {
  const files = stateFilesOf(project);
  if (files === undefined) {
    throw new Failure(
      `The state of the stack "${project.stack}" is kept at ${project.backendUrl}, and only one in a directory or in S3 can be looked at without changing it.`,
      "Run mfa-admin refresh --yes --exit-code, which reads AWS back into the state.",
    );
  }
  // Made with mode 0700.
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-"));
  try {
    return await action(await copyInto(directory, project, files));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function copyInto(directory: string, project: Project, files: StateFiles): Promise<StateCopy> {
  const { name, stack } = project;
  const settingsFile = join(directory, basename(project.settingsFile));
  await copyFile(project.settingsFile, settingsFile);
  await writeFile(join(directory, "Pulumi.yaml"), `name: ${JSON.stringify(name)}\nruntime: nodejs\n`);
  const checkpoint = `.pulumi/stacks/${name}/${stack}.json`;
  const texts = await Promise.all([".pulumi/meta.yaml", checkpoint].map((path) => readIfThere(files, path)));
  for (const [index, path] of [".pulumi/meta.yaml", checkpoint].entries()) {
    const text = texts[index];
    if (text === undefined) continue;
    await mkdir(dirname(join(directory, "state", path)), { recursive: true });
    await writeFile(join(directory, "state", path), path === checkpoint ? withAccessRole(text) : text);
  }
  return {
    project: { ...project, directory, settingsFile, backendUrl: `file://${join(directory, "state")}` },
    modified: modifiedIn(texts[1] ?? "{}"),
  };
}

/** The providers of the state as {@link accessRoleArn} has them now: a refresh does not run the program. */
function withAccessRole(text: string): string {
  const accessRole = process.env["MFA_ADMIN_ACCESS_ROLE"];
  if (!accessRole) return text;
  const state = JSON.parse(text) as StateFile;
  for (const resource of state.checkpoint?.latest?.resources ?? []) {
    if (resource.type !== "pulumi:providers:aws-native") continue;
    for (const key of ["inputs", "outputs"] as const) {
      const values = JSON.stringify(resource[key] ?? {});
      resource[key] = JSON.parse(values.replace(/(:role\/)[\w+=,.@-]+/g, `$1${accessRole}`)) as unknown;
    }
  }
  return JSON.stringify(state);
}

interface StateFile {
  checkpoint?: {
    latest?: { resources?: { urn: string; type?: string; modified?: string; inputs?: unknown; outputs?: unknown }[] };
  };
}

/** Nothing where there is no such file: opening the copy tells then what is missing. */
async function readIfThere(files: StateFiles, path: string): Promise<string | undefined> {
  try {
    return await files.read(path);
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string };
    if (name === "NoSuchKey" || code === "ENOENT") return undefined;
    throw error;
  }
}

function modifiedIn(text: string): Map<string, string> {
  const { checkpoint } = JSON.parse(text) as StateFile;
  const resources = checkpoint?.latest?.resources ?? [];
  // To the second: "2026-01-02T03:04:05Z".
  return new Map(resources.map(({ urn, modified = "" }) => [urn, modified.replace(/\.\d+Z$/, "Z")]));
}
