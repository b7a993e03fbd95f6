import { spawn } from "node:child_process";
import { isAbsolute, relative } from "node:path";
import { buffer } from "node:stream/consumers";

import type { Project } from "./project.ts";

/** git's stdout, or its error in the C locale, by which errors are told apart. */
export type GitAnswer = { output: Buffer } | { failure: string };

/** @param input what is written to git's stdin */
export async function git(directory: string, args: string[], input = ""): Promise<GitAnswer> {
  const env = { ...process.env, LC_ALL: "C", LANGUAGE: "" };
  const child = spawn("git", args, { cwd: directory, env, stdio: ["pipe", "pipe", "pipe"] });
  // A git that exits early does not read its input; its exit code tells the reason.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  try {
    const [status, stdout, stderr] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)]);
    if (status === 0) return { output: stdout };
    return { failure: stderr.toString().trim() || `git ended with ${status ?? "a signal"}` };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    return { failure: code === "ENOENT" ? "there is no git here" : message };
  }
}

/** The commit that is checked out, and whether the project's files are unchanged in it. */
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
 * @returns undefined where the project is in no git repository, or in one without a commit
 */
export async function commitOf(
  { directory }: Pick<Project, "directory">,
  files: string[],
): Promise<Commit | undefined> {
  const head = await git(directory, ["rev-parse", "--verify", "HEAD^{commit}"]);
  if ("failure" in head) return undefined;
  const own = files.map((file) => (isAbsolute(file) ? relative(directory, file) : file));
  // Files that .gitignore lists are not in the commit, either.
  const asked = ["status", "--porcelain", "--ignored", "--untracked-files=all", "--", ...own];
  const status = await git(directory, asked);
  return {
    id: head.output.toString().trim(),
    changed: "failure" in status || status.output.toString().trim() !== "",
  };
}
