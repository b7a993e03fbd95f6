import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { Project } from "./project.ts";

/** The file to commit after a command's edit; undefined where the settings are in no git repository. */
export function fileToCommit({ settingsFile }: Project): string | undefined {
  return isInRepository(dirname(settingsFile)) ? basename(settingsFile) : undefined;
}

/** The advice to commit a file that a command has edited. */
export function commitAdvice(file: string): string {
  return `Commit and push ${file}: the next up from git would undo this otherwise.`;
}

/** Whether a directory is in a git work tree. `.git` is a directory, or a file in a linked work tree. */
export function isInRepository(directory: string): boolean {
  if (existsSync(join(directory, ".git"))) return true;
  return dirname(directory) !== directory && isInRepository(dirname(directory));
}
