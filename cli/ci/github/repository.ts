import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { relative, sep } from "node:path";
import { promisify } from "node:util";

import { Failure } from "../../failure.ts";

/** A clone of a repository on GitHub. */
export interface Repository {
  /** OWNER/NAME. */
  name: string;
  /** The branch whose settings are applied. */
  branch: string;
  /** The clone's root directory. */
  root: string;
  /** The project's directory below the root: empty, or a path with slashes. */
  directory: string;
}

/** The repository as the flags name it, else as git does. */
export async function findRepository(
  projectDirectory: string,
  flags: { repository: string | undefined; branch: string | undefined },
): Promise<Repository> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    try {
      return (await promisify(execFile)("git", args, { cwd: projectDirectory })).stdout.trim();
    } catch {
      return undefined;
    }
  };
  const root = await git("rev-parse", "--show-toplevel");
  if (root === undefined) {
    throw new Failure(
      `${projectDirectory} is in no git repository, and GitHub looks for workflows at the root of one.`,
      "Run git init, or run the command in a clone of the repository.",
    );
  }
  const name = flags.repository ?? repositoryIn((await git("remote", "get-url", "origin")) ?? "");
  if (name === undefined || !/^[\w.-]+\/[\w.-]+$/.test(name)) {
    throw new Failure(
      name === undefined
        ? "The remote origin of this clone does not say which repository on GitHub it is."
        : `--repository ${name}: this is not OWNER/NAME.`,
      "Add --repository OWNER/NAME.",
    );
  }
  const known = await git("symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  const branch = flags.branch ?? known?.replace("origin/", "") ?? "main";
  requireBranch(branch);
  return { name, branch, root, directory: await directoryIn(root, projectDirectory) };
}

function repositoryIn(url: string): string | undefined {
  return /(?:^|[@/.])github\.com[:/]([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(url)?.[1];
}

function requireBranch(name: string): void {
  if (/^[\w./-]+$/.test(name)) return;
  throw new Failure(
    `--branch ${name}: this is not a branch's name.`,
    "Use letters, digits, hyphens, dots and slashes.",
  );
}

async function directoryIn(root: string, projectDirectory: string): Promise<string> {
  const path = relative(root, await realpath(projectDirectory))
    .split(sep)
    .join("/");
  if (/^[\w./-]*$/.test(path)) return path;
  throw new Failure(`The workflows cannot name the directory ${path}.`, "Use letters, digits, hyphens and dots in it.");
}
