import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Failure } from "../../failure.ts";
import { type Project, readProjectFile } from "../../project/project.ts";

/** Refuses a state that a job could not reach: a job knows only the backend that the repository's files name. */
export async function requireReachableState({ backendUrl, directory, stack }: Project): Promise<void> {
  if (backendUrl.startsWith("file://")) {
    throw new Failure(
      `The state of the stack "${stack}" is on this machine, where no CI can use it.`,
      "Move it first: mfa-admin state move --to 's3://BUCKET?region=REGION' (docs/state.md).",
    );
  }
  if (!/^(s3|https?):/.test(backendUrl)) {
    throw new Failure(
      `The state is kept in ${backendUrl}; workflows are written for states in S3 and in Pulumi Cloud alone.`,
      "Write your own by docs/ci.md, which has the three commands for any CI.",
    );
  }
  const { configuredBackendUrl } = await readProjectFile(directory);
  if (configuredBackendUrl === backendUrl) return;
  throw new Failure(
    `The state is kept in ${backendUrl}, which only PULUMI_BACKEND_URL says, and only here.`,
    `Write it into Pulumi.yaml (backend: url: ${JSON.stringify(backendUrl)}), so that a job uses the same.`,
  );
}

/**
 * Refuses a project that does not pin the mfa-admin that a runner installs. It runs with an administrator's rights, so the lock
 * file has to name a git commit.
 */
export async function requireInstallable(directory: string): Promise<void> {
  const path = join(directory, "package.json");
  const brings = existsSync(path) && namesUs((await readJson(path)) as PackageFile | null);
  const lock = join(directory, "package-lock.json");
  const locked = existsSync(lock) ? lockedUs((await readJson(lock)) as LockFile | null) : undefined;
  if (brings && locked !== undefined && fromGit.test(locked)) return;
  throw new Failure(
    !brings
      ? `No package.json in ${directory} names mfa-admin, so a runner would not know which one to install.`
      : !existsSync(lock)
        ? `${directory} has no package-lock.json, by which npm ci installs what was looked at.`
        : `package-lock.json in ${directory} has mfa-admin from ${locked ?? "nowhere"}, not from a git repository by a commit.`,
    "Run npm install --save-dev git+https://HOST/REPOSITORY.git#COMMIT there, with the repository and the commit that you have looked at, and commit package.json and package-lock.json. A name alone is not published by us: whoever registers it would run with an administrator's rights.",
  );
}

interface PackageFile {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** A `package-lock.json` as npm 7 and later write it (npm Docs, "package-lock.json"). */
interface LockFile {
  packages?: Record<string, { version?: string; resolved?: string }>;
}

/** A git repository with a full commit hash, as a lock file names it. */
const fromGit = /^git\+[a-z]+:\/\/\S+#[0-9a-f]{40}$/;

function namesUs(content: PackageFile | null): boolean {
  return "mfa-admin" in { ...content?.dependencies, ...content?.devDependencies };
}

function lockedUs(content: LockFile | null): string | undefined {
  const entry = content?.packages?.["node_modules/mfa-admin"];
  return entry?.resolved ?? entry?.version;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new Failure(`${path} is no JSON: ${(error as Error).message}.`, "Correct it.", { cause: error });
  }
}
