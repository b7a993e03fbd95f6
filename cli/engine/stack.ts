import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";

import { LocalWorkspace, type Stack, StackNotFoundError } from "@pulumi/pulumi/automation/index.js";

import { installedAwsNativeVersion, sdkAwsNativeVersion } from "../../toolchain/cache.js";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { explainEngine } from "./explain.ts";
import { passphraseEnvironment } from "./passphrase.ts";
import { findPulumi } from "./pulumi-command.ts";

/**
 * Opens the stack that `init` has made.
 *
 * @param protect whether the program protects the service control policy; only `destroy` says no
 */
export async function openStack(project: Project, protect = true): Promise<Stack> {
  try {
    return await LocalWorkspace.selectStack(...(await workspaceArguments(project, { isNew: false, protect })));
  } catch (error) {
    if (error instanceof StackNotFoundError || isMissingDirectory(error)) throw noState(project, error);
    throw explainEngine(error, project);
  }
}

/** Makes the stack; `init` alone does so. */
export async function createStack(project: Project): Promise<Stack> {
  try {
    const directory = localStateDirectory(project);
    if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
    return await LocalWorkspace.createOrSelectStack(
      ...(await workspaceArguments(project, { isNew: true, protect: true })),
    );
  } catch (error) {
    throw explainEngine(error, project);
  }
}

async function workspaceArguments(project: Project, { isNew, protect }: { isNew: boolean; protect: boolean }) {
  const pulumiCommand = await findPulumi();
  const envVars = {
    PULUMI_BACKEND_URL: project.backendUrl,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(await passphraseEnvironment(project, isNew)),
  };
  return [
    { stackName: project.stack, projectName: project.name, program: () => inlineProgram(protect) },
    { workDir: project.directory, pulumiCommand, envVars },
  ] as const;
}

/** The same program that plain Pulumi runs; loaded only when the engine asks for it. */
async function inlineProgram(protect: boolean) {
  const { default: main } = await import("../../infra/index.ts");
  const installed = installedAwsNativeVersion();
  return main({ pluginVersion: installed === sdkAwsNativeVersion ? undefined : installed, protect });
}

/** The directory of a state that is kept on this machine; nothing for any other. */
export function localStateDirectory({ backendUrl, directory }: Pick<Project, "backendUrl" | "directory">) {
  if (!backendUrl.startsWith("file://")) return undefined;
  const path = backendUrl.slice("file://".length).replace(/\?.*/, "");
  return path.startsWith("~") ? undefined : resolve(directory, path);
}

function isMissingDirectory(error: unknown): boolean {
  return error instanceof Error && /no such file or directory/.test(error.message);
}

function noState({ stack, backendUrl }: Project, cause: unknown): Failure {
  return new Failure(
    `There is no state of the stack "${stack}" in ${backendUrl}.`,
    "The state is where mfa-admin init was run: name that place in PULUMI_BACKEND_URL or in Pulumi.yaml (backend: url).",
    { cause },
  );
}
