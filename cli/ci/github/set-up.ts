import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import writeFileAtomic from "write-file-atomic";

import type { Settings } from "../../../infra/settings.ts";
import { managementAccountAtHand } from "../../aws/preconditions.ts";
import { Failure } from "../../failure.ts";
import type { Project } from "../../project/project.ts";
import { SettingsFile } from "../../project/settings-file.ts";
import { bucketOf } from "../../state/bucket.ts";
import { secretsIn, secretsProviderOf } from "../../state/secrets-keys.ts";
import { kmsKeyOf } from "../../state/secrets-provider.ts";
import { isServer } from "../../project/server.ts";
import {
  type CiAccess,
  githubTrust,
  previewPolicy,
  readPolicy,
  readTrust,
  roleNames,
  upPolicy,
} from "../role-policies.ts";
import { findRepository } from "./repository.ts";
import { requireInstallable, requireReachableState } from "./requirements.ts";
import { subjectOf } from "./subject.ts";
import { roleDirectory, roleFiles } from "./role-files.ts";
import type { CiRole, GithubSetUp } from "../../results/init.ts";
import { idOf, workflows } from "./workflows.ts";

export interface GithubFlags {
  repository: string | undefined;
  branch: string | undefined;
  /** The beginning of the subject claim in the jobs' OIDC tokens; GitHub is asked when left out. */
  subClaimPrefix: string | undefined;
  /** Replace workflows that were edited. */
  overwrite: boolean;
}

/** Writes the workflows of a stack for GitHub Actions. @throws Failure where a workflow was edited, unless told `overwrite` */
export async function setUpGithub(project: Project, version: string, flags: GithubFlags): Promise<GithubSetUp> {
  const { backendUrl, directory, settingsFile, stack } = project;
  const [, repository] = await all(
    requireReachableState(project),
    findRepository(directory, flags),
    requireInstallable(directory),
  );
  const { settings } = await SettingsFile.read(settingsFile);
  const keys = secretsIn(await readFile(settingsFile, "utf8"));
  const [managementAccount, subject] = await Promise.all([
    managementAccountAtHand(),
    subjectOf(repository.name, flags.subClaimPrefix),
  ]);
  const provider = secretsProviderOf(keys, backendUrl);
  const options = {
    stack,
    managementAccount,
    branch: repository.branch,
    directory: repository.directory,
    backendUrl,
    passphrase: provider === "passphrase",
  };
  const roles = rolesOf(subject.prefix, repository.branch, settings, {
    managementAccount,
    project: project.name,
    bucket: bucketOf(backendUrl),
    key: kmsKeyOf(keys.secretsprovider),
  });
  const files = await workflows(options);
  const written = await write(repository.root, files, flags.overwrite);
  // The role files are generated, and nobody edits them: they are always overwritten.
  written.push(...(await write(repository.root, roleFiles(idOf(options), roles, settings.accessRole), true)));
  return {
    repository: repository.name,
    branch: repository.branch,
    workflows: Object.keys(files),
    roleDirectory: roleDirectory(idOf(options)),
    written,
    secrets: [
      ...(provider === "passphrase" ? ["PULUMI_CONFIG_PASSPHRASE"] : []),
      ...(isServer(backendUrl) ? ["PULUMI_ACCESS_TOKEN"] : []),
    ],
    roles,
    warnings: subject.warnings,
  };
}

/** Waits for all preconditions. @throws Failure that tells all that do not hold; where one is another error, the first error */
async function all<T extends readonly unknown[]>(...holds: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const outcomes = await Promise.allSettled(holds);
  const reasons = outcomes.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
  const failures = reasons.filter((reason) => reason instanceof Failure);
  if (reasons.length > 1 && failures.length === reasons.length) {
    const lines = failures.flatMap(({ message, remedy }) => [
      message,
      ...(remedy === undefined ? [] : [`  ${remedy}`]),
    ]);
    throw new Failure(lines.join("\n"), "Nothing was written; run the command again when these are done.");
  }
  return Promise.all(holds) as Promise<unknown> as Promise<T>;
}

function rolesOf(
  subject: string,
  branch: string,
  { authAccount, developmentAccounts, accessRole, roles }: Settings,
  rest: Pick<CiAccess, "managementAccount" | "project" | "bucket" | "key">,
): CiRole[] {
  const accounts = [authAccount, ...Object.values(developmentAccounts)];
  const access: CiAccess = { ...rest, accounts, accessRole, sharedRole: roles === "shared" };
  const { managementAccount } = rest;
  const ref = `ref:refs/heads/${branch}`;
  return [
    {
      name: roleNames.preview,
      accounts: [managementAccount],
      purpose: `previews of pull requests and of the merge queue, drift and verify on ${branch}: reads only`,
      trust: githubTrust(managementAccount, subject, ["pull_request", ref], branch),
      policy: previewPolicy(access),
    },
    {
      name: roleNames.up,
      accounts: [managementAccount],
      purpose: `up on ${branch}`,
      trust: githubTrust(managementAccount, subject, [ref]),
      policy: upPolicy(access),
    },
    {
      name: roleNames.read,
      accounts,
      purpose: `what ${roleNames.preview} sees of an account`,
      trust: readTrust(managementAccount),
      policy: readPolicy(),
    },
  ];
}

/** @param files texts by path, as seen from the repository's root @returns the paths that were written */
async function write(root: string, files: Record<string, string>, overwrite: boolean): Promise<string[]> {
  const edited: string[] = [];
  const changed: [path: string, text: string][] = [];
  for (const [path, text] of Object.entries(files)) {
    const there = existsSync(join(root, path)) ? await readFile(join(root, path), "utf8") : undefined;
    if (there !== undefined && there !== text && !overwrite) edited.push(path);
    if (there !== text) changed.push([path, text]);
  }
  if (edited.length > 0) {
    throw new Failure(
      `There already, with another text: ${edited.join(", ")}.`,
      "Nothing was written. Add --overwrite to replace them.",
    );
  }
  for (const [path, text] of changed) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFileAtomic(join(root, path), text);
  }
  return changed.map(([path]) => path);
}
