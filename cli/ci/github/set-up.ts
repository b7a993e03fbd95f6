import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import writeFileAtomic from "write-file-atomic";

import type { Settings } from "../../../infra/settings.ts";
import { requireManagementAccount } from "../../aws/preconditions.ts";
import { Failure } from "../../failure.ts";
import type { Project } from "../../project/project.ts";
import { SettingsFile } from "../../project/settings-file.ts";
import { bucketOf } from "../../state/bucket.ts";
import { secretsIn } from "../../state/secrets-keys.ts";
import { keyOf } from "../../state/secrets-provider.ts";
import { isServer } from "../../state/server.ts";
import {
  type CiAccess,
  type CiPolicy,
  githubTrust,
  previewPolicy,
  readPolicy,
  readTrust,
  roleNames,
  upPolicy,
} from "../policies.ts";
import { findRepository } from "./repository.ts";
import { subjectOf } from "./subject.ts";
import { workflows } from "./workflows.ts";

export interface GithubFlags {
  repository: string | undefined;
  branch: string | undefined;
  /** How the subject of the jobs' identity begins; GitHub is asked when left out. */
  subClaimPrefix: string | undefined;
  /** Replace workflows that were edited. */
  overwrite: boolean;
}

/** What was written, and what an administrator still has to make. */
export interface GithubSetUp {
  repository: string;
  branch: string;
  /** Paths of the workflows that were written; those that were there already, to the letter, are not among them. */
  written: string[];
  /** Secrets that the repository needs. */
  secrets: string[];
  roles: CiRole[];
  /** What the administrator should know. */
  warnings: string[];
}

export interface CiRole {
  name: string;
  /** Ids of the accounts that need it. */
  accounts: string[];
  purpose: string;
  trust: CiPolicy;
  policy: CiPolicy;
}

/** Writes the workflows of a stack for GitHub Actions. @throws Failure where a workflow was edited, unless told `overwrite` */
export async function setUpGithub(project: Project, version: string, flags: GithubFlags): Promise<GithubSetUp> {
  const { backendUrl, directory, settingsFile, stack } = project;
  if (backendUrl.startsWith("file://")) {
    throw new Failure(
      `The state of the stack "${stack}" is on this machine, where no CI can use it.`,
      "Move it first: mfa-admin state move --to 's3://BUCKET?region=REGION' (docs/state.md).",
    );
  }
  const repository = await findRepository(directory, flags);
  const { settings } = await SettingsFile.read(settingsFile);
  const keys = secretsIn(await readFile(settingsFile, "utf8"));
  const [managementAccount, subject] = await Promise.all([
    requireManagementAccount(),
    subjectOf(repository.name, flags.subClaimPrefix),
  ]);
  const provider = keys.secretsprovider ?? (isServer(backendUrl) && !keys.encryptionsalt ? "service" : "passphrase");
  const files = workflows({
    stack,
    managementAccount,
    branch: repository.branch,
    directory: repository.directory,
    installed: await dependsOnUs(directory),
    version,
    backendUrl,
    passphrase: provider === "passphrase",
  });
  return {
    repository: repository.name,
    branch: repository.branch,
    written: await write(join(repository.root, ".github", "workflows"), files, flags.overwrite),
    secrets: [
      ...(provider === "passphrase" ? ["PULUMI_CONFIG_PASSPHRASE"] : []),
      ...(isServer(backendUrl) ? ["PULUMI_ACCESS_TOKEN"] : []),
    ],
    roles: rolesOf(subject.prefix, repository.branch, settings, {
      managementAccount,
      bucket: bucketOf(backendUrl),
      key: keyOf(keys.secretsprovider),
    }),
    warnings: subject.warnings,
  };
}

function rolesOf(
  subject: string,
  branch: string,
  { authAccount, developmentAccounts, accessRole }: Settings,
  rest: Pick<CiAccess, "managementAccount" | "bucket" | "key">,
): CiRole[] {
  const accounts = [authAccount, ...Object.values(developmentAccounts)];
  const access: CiAccess = { ...rest, accounts, accessRole };
  const { managementAccount } = rest;
  const ref = `ref:refs/heads/${branch}`;
  return [
    {
      name: roleNames.preview,
      accounts: [managementAccount],
      purpose: `previews of pull requests, and drift on ${branch}: reads only`,
      trust: githubTrust(managementAccount, subject, ["pull_request", ref]),
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

async function write(directory: string, files: Record<string, string>, overwrite: boolean): Promise<string[]> {
  const changed: [path: string, text: string][] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    if (!existsSync(path) || (await readFile(path, "utf8")) !== text) changed.push([path, text]);
  }
  const edited = changed.filter(([path]) => existsSync(path)).map(([path]) => path);
  if (edited.length > 0 && !overwrite) {
    throw new Failure(
      `There already, with another text: ${edited.join(", ")}.`,
      "Nothing was written. Add --overwrite to replace them.",
    );
  }
  for (const [path, text] of changed) {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, text);
  }
  return changed.map(([path]) => path);
}

/** Whether the project brings the CLI by its own package.json. */
async function dependsOnUs(directory: string): Promise<boolean> {
  const path = join(directory, "package.json");
  if (!existsSync(path)) return false;
  const { dependencies, devDependencies } = JSON.parse(await readFile(path, "utf8")) as Record<
    string,
    Record<string, string> | undefined
  >;
  return "mfa-admin" in { ...dependencies, ...devDependencies };
}
