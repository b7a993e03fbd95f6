import { execFile } from "node:child_process";
import { appendFile, mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { promisify } from "node:util";

import { Failure } from "../failure.ts";
import { isInRepository } from "../project/commit.ts";

/**
 * Makes git ignore a file of secrets before it is written, by `.git/info/exclude`, which stays on this machine.
 *
 * @returns whether that was needed
 * @throws Failure where git cannot be asked, or would add the file all the same
 */
export async function keepFromGit(path: string): Promise<boolean> {
  const directory = await realpath(dirname(path));
  if (!isInRepository(directory)) return false;
  const file = join(directory, basename(path));
  try {
    if (await isIgnored(directory, file)) return false;
    const top = (await git(directory, "rev-parse", "--show-toplevel")).trim();
    const excludes = (await git(directory, "rev-parse", "--path-format=absolute", "--git-path", "info/exclude")).trim();
    const pattern = relative(await realpath(top), file)
      .split(sep)
      .join("/")
      .replace(/[\\*?[\] !#]/g, "\\$&");
    await mkdir(dirname(excludes), { recursive: true });
    await appendFile(excludes, `\n# One-time passwords, by mfa-admin\n/${pattern}\n`);
    // A .gitignore of the repository may take precedence.
    if (await isIgnored(directory, file)) return true;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw refused(path, (error as Error).message.split("\n")[0] ?? "", error);
  }
  throw refused(path, "one of its .gitignore files takes it in.");
}

async function isIgnored(directory: string, file: string): Promise<boolean> {
  try {
    await git(directory, "check-ignore", "--quiet", file);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return false;
    throw error;
  }
}

async function git(directory: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)("git", args, { cwd: directory, timeout: 10_000 })).stdout;
}

function refused(path: string, reason: string, cause?: unknown): Failure {
  return new Failure(
    `${path} is in a git repository, which would take the passwords up: ${reason}`,
    "Name a file outside of it in --password-file.",
    { cause },
  );
}
