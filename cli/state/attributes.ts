import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Project } from "../project/project.ts";
import { localStateDirectory } from "./state-directory.ts";

/**
 * Deletes empty attribute files that a run that died has left. Pulumi's file backend writes the checksum of `FILE` into `FILE.attrs`, not
 * atomically. It cannot read a state with a truncated checksum, but can read one without a checksum.
 */
export async function removeEmptyAttributes(
  project: Pick<Project, "backendUrl" | "directory" | "name" | "stack">,
): Promise<void> {
  const root = localStateDirectory(project);
  if (root === undefined) return;
  const { name, stack } = project;
  for (const path of ["", join("stacks", name), join("locks", "organization", name, stack)]) {
    const directory = join(root, ".pulumi", path);
    for (const file of await attributesIn(directory)) {
      if ((await stat(file)).size === 0) await rm(file, { force: true });
    }
  }
}

async function attributesIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => name.endsWith(".attrs")).map((name) => join(directory, name));
  } catch {
    return [];
  }
}
