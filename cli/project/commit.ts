import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { Project } from "./project.ts";

/** What is left to do for an edit that a command has made: nothing, where the settings are in no git repository. */
export function commitAdvice({ settingsFile }: Project): string | undefined {
  return isInRepository(dirname(settingsFile))
    ? `Commit and push ${basename(settingsFile)}: the next up from git would undo this otherwise.`
    : undefined;
}

/** A `.git` is a directory, or a file where the work tree is one of several. */
function isInRepository(directory: string): boolean {
  if (existsSync(join(directory, ".git"))) return true;
  return dirname(directory) !== directory && isInRepository(dirname(directory));
}
