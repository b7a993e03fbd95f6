import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Failure } from "../../failure.ts";
import { type Project, readProjectFile } from "../../project/project.ts";

/** Refuses a state that a job could not use: it knows no more of it than what the repository says. */
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
 * Refuses a project that does not say which mfa-admin a runner is to install. It acts with an administrator's rights, so a
 * lock file has to name its very content.
 */
export async function requireInstallable(directory: string): Promise<void> {
  const path = join(directory, "package.json");
  const brings = existsSync(path) && namesUs(await readFile(path, "utf8"), path);
  if (brings && existsSync(join(directory, "package-lock.json"))) return;
  throw new Failure(
    brings
      ? `${directory} has no package-lock.json, by which npm ci installs what was looked at.`
      : `No package.json in ${directory} names mfa-admin, so a runner would not know which one to install.`,
    "Run npm install --save-dev git+https://HOST/REPOSITORY.git#COMMIT there, with the repository and the commit that you have looked at, and commit package.json and package-lock.json. A name alone is not published by us: whoever registers it would run with an administrator's rights.",
  );
}

function namesUs(text: string, path: string): boolean {
  let content: { dependencies?: Record<string, string>; devDependencies?: Record<string, string> } | null;
  try {
    content = JSON.parse(text) as typeof content;
  } catch (error) {
    throw new Failure(`${path} is no JSON: ${(error as Error).message}.`, "Correct it.", { cause: error });
  }
  return "mfa-admin" in { ...content?.dependencies, ...content?.devDependencies };
}
