import { randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import { readingRole } from "../../infra/accounts.ts";
import type { Project } from "../project/project.ts";
import { readIfThere, stateFilesOf } from "../state/state-files.ts";
import { secretsIn, secretsProviderOf } from "../state/secrets-keys.ts";
import { checkpointPath, resourcesIn, type StateFile } from "../state/checkpoint.ts";
import { metaPath } from "../state/layout.ts";
import { directoryUrl } from "../state/state-directory.ts";
import type { Resource } from "./deployment.ts";
import { forgetEnvironment } from "./provider-inputs.ts";
import { openStack } from "./stack.ts";
import { modifiedTimes } from "./state-before.ts";
import { exportSealed } from "./state-transfer.ts";

/** A copy of a stack, which a run may change without changing the stack. */
export interface StateCopy {
  project: Project;
  /** A random passphrase for new secrets of a run on the copy, where the server encrypts the stack's; otherwise undefined. */
  secrets?: Record<string, string>;
  /** When the stack last wrote each resource, by URN. */
  modified: Map<string, string>;
}

/**
 * Runs `action` on a copy of a stack's state. The copy is in a directory that only this user can enter and that is deleted
 * afterwards. Secrets stay encrypted in it; the stack itself is only read.
 */
export async function withStateCopy<T>(project: Project, action: (copy: StateCopy) => Promise<T>): Promise<T> {
  // mkdtemp makes the directory with mode 0700.
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-"));
  try {
    return await action(await copyInto(directory, project));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function copyInto(directory: string, project: Project): Promise<StateCopy> {
  const { name } = project;
  const settingsFile = join(directory, basename(project.settingsFile));
  await copyFile(project.settingsFile, settingsFile);
  await writeFile(join(directory, "Pulumi.yaml"), `name: ${JSON.stringify(name)}\nruntime: nodejs\n`);
  const checkpoint = checkpointPath(project);
  const files = stateFilesOf(project);
  const state = (files && (await readIfThere(files, checkpoint))) ?? (await exported(project));
  for (const [path, text] of [
    [metaPath, "version: 1\n"],
    [checkpoint, withProvidersOfNow(state)],
  ] as const) {
    await mkdir(dirname(join(directory, "state", path)), { recursive: true });
    await writeFile(join(directory, "state", path), text);
  }
  const keys = secretsIn(await readFile(settingsFile, "utf8"));
  const byServer = secretsProviderOf(keys, project.backendUrl) === "service";
  return {
    project: { ...project, directory, settingsFile, backendUrl: directoryUrl(join(directory, "state")) },
    ...(byServer && { secrets: { PULUMI_CONFIG_PASSPHRASE: randomUUID() } }),
    modified: modifiedTimes(resourcesIn(JSON.parse(state) as StateFile<Resource>) ?? []),
  };
}

/** A state that only the Pulumi CLI can read (on a server, or in a compressed file), in the format of Pulumi's file backend. */
async function exported(project: Project): Promise<string> {
  const { name, stack } = project;
  // For a missing stack, openStack has a better error than the export.
  await openStack(project, { secrets: {} });
  const { version, deployment } = await exportSealed(project);
  return JSON.stringify({ version, checkpoint: { stack: `organization/${name}/${stack}`, latest: deployment } });
}

/**
 * The state with providers that assume the role of {@link accessRoleArn} now, and without inputs from an earlier user's
 * environment: a refresh does not run the program, which would set them.
 */
function withProvidersOfNow(text: string): string {
  const accessRole = readingRole();
  const state = JSON.parse(text) as StateFile<Resource>;
  const resources = resourcesIn(state) ?? [];
  if (!forgetEnvironment(resources) && accessRole === undefined) return text;
  for (const resource of resources) {
    if (accessRole === undefined || resource.type !== "pulumi:providers:aws-native") continue;
    for (const key of ["inputs", "outputs"] as const) {
      const values = JSON.stringify(resource[key] ?? {});
      resource[key] = JSON.parse(values.replace(/(:role\/)[\w+=,.@-]+/g, `$1${accessRole}`)) as Record<string, unknown>;
    }
  }
  return JSON.stringify(state);
}
