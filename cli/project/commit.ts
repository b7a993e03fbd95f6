import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { Project } from "./project.ts";

/** The file that is left to commit after an edit that a command has made: none, where the settings are in no git repository. */
export function fileToCommit({ settingsFile }: Project): string | undefined {
  return isInRepository(dirname(settingsFile)) ? basename(settingsFile) : undefined;
}

/** What a terminal and a log are told of it. */
export function commitAdvice(file: string): string {
  return `Commit and push ${file}: the next up from git would undo this otherwise.`;
}

/** Whether a directory is in a work tree of git. A `.git` is a directory, or a file where the work tree is one of several. */
export function isInRepository(directory: string): boolean {
  if (existsSync(join(directory, ".git"))) return true;
  return dirname(directory) !== directory && isInRepository(dirname(directory));
}
