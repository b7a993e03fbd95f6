import { execFile } from "node:child_process";
import { relative } from "node:path";
import { promisify } from "node:util";

import type { Project } from "./project.ts";

/** What git prints, in the one language that its errors can be told apart in. */
export async function git(directory: string, ...args: string[]): Promise<{ output: string } | { failure: string }> {
  try {
    const env = { ...process.env, LC_ALL: "C", LANGUAGE: "" };
    return { output: (await promisify(execFile)("git", args, { cwd: directory, env })).stdout };
  } catch (error) {
    const { stderr = "", code, message } = error as { stderr?: string; code?: unknown; message: string };
    return { failure: code === "ENOENT" ? "there is no git here" : stderr.trim() || message };
  }
}

/** The commit that is checked out, and whether some files of the project are as it has them. */
export interface Commit {
  /** The full hash. */
  id: string;
  /** Whether one of the files differs, or is not in git. */
  changed: boolean;
}

/**
 * The commit that a project's files come from.
 *
 * @param files paths below the project's directory, or absolute ones
 * @returns nothing where the project is in no git repository, or in one without a commit
 */
export async function commitOf(
  { directory }: Pick<Project, "directory">,
  files: string[],
): Promise<Commit | undefined> {
  const head = await git(directory, "rev-parse", "--verify", "HEAD^{commit}");
  if ("failure" in head) return undefined;
  const own = files.map((file) => (file.startsWith("/") ? relative(directory, file) : file));
  // Files that .gitignore names are not in git, either.
  const status = await git(directory, "status", "--porcelain", "--ignored", "--untracked-files=all", "--", ...own);
  return { id: head.output.trim(), changed: "failure" in status || status.output.trim() !== "" };
}
