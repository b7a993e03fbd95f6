import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

import type { Sandbox } from "../sandbox/index.ts";

/** Sorted paths of the files below a directory, relative to it. */
export async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

interface ProjectAndAws {
  /** The project's directory. */
  directory: string;
  sandbox: Sandbox;
}

/** Copies a project with its state, and the local AWS's content. */
export async function saveTo(directory: string, { directory: project, sandbox }: ProjectAndAws): Promise<void> {
  await cp(project, join(directory, "project"), { recursive: true });
  await writeFile(join(directory, "aws"), sandbox.save());
}

/** Restores what {@link saveTo} has copied, and removes everything else. */
export async function restoreFrom(directory: string, { directory: project, sandbox }: ProjectAndAws): Promise<void> {
  for (const name of await readdir(project)) await rm(join(project, name), { recursive: true });
  await cp(join(directory, "project"), project, { recursive: true });
  sandbox.restore(await readFile(join(directory, "aws")));
}
