import { mkdir } from "node:fs/promises";

import { installedAwsNativeVersion, sdkAwsNativeVersion } from "../../toolchain/cache.js";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { removeEmptyAttributes } from "../state/attributes.ts";
import { localStateDirectory } from "../state/state-directory.ts";
import { LocalWorkspace, type Stack, StackNotFoundError } from "./automation.ts";
import { explainEngine } from "./explain.ts";
import { passphraseEnvironment } from "./passphrase.ts";
import { findPulumi } from "./pulumi-command.ts";

export interface OpenStackOptions {
  /** Whether everything is to be deleted: only the program's hooks are needed then. */
  deleting?: boolean;
  /** What {@link passphraseEnvironment} has returned, where it was called before. */
  secrets?: Record<string, string>;
  /** What is to keep the secrets of a stack that is made: Pulumi's own choice when left out. */
  secretsProvider?: string | undefined;
}

/** Opens the stack that `init` has made. */
export async function openStack(project: Project, options: OpenStackOptions = {}): Promise<Stack> {
  const stack = await findStack(project, options);
  if (stack === undefined) throw await noState(project, options);
  return stack;
}

/** The same; nothing, where there is no such stack. */
export async function findStack(project: Project, options: OpenStackOptions = {}): Promise<Stack | undefined> {
  await removeEmptyAttributes(project);
  try {
    return await LocalWorkspace.selectStack(...(await workspaceArguments(project, options)));
  } catch (error) {
    if (error instanceof StackNotFoundError || isMissingDirectory(error)) return undefined;
    throw explainEngine(error, project);
  }
}

/** Makes the stack, as `init` does. */
export async function createStack(project: Project, options: OpenStackOptions = {}): Promise<Stack> {
  try {
    const directory = localStateDirectory(project);
    if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
    return await LocalWorkspace.createOrSelectStack(...(await workspaceArguments(project, options)));
  } catch (error) {
    throw explainEngine(error, project);
  }
}

async function workspaceArguments(project: Project, options: OpenStackOptions) {
  const { deleting = false, secrets, secretsProvider } = options;
  const pulumiCommand = await findPulumi();
  const envVars = {
    PULUMI_BACKEND_URL: project.backendUrl,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(secrets ?? (await passphraseEnvironment(project))),
  };
  return [
    { stackName: project.stack, projectName: project.name, program: deleting ? hooksAlone : inlineProgram },
    { workDir: project.directory, pulumiCommand, envVars, ...(secretsProvider !== undefined && { secretsProvider }) },
  ] as const;
}

/** The same program that plain Pulumi runs; loaded only when the engine asks for it. */
async function inlineProgram() {
  const { default: main } = await import("../../infra/index.ts");
  const installed = installedAwsNativeVersion();
  return main({ pluginVersion: installed === sdkAwsNativeVersion ? undefined : installed });
}

async function hooksAlone() {
  const [{ settingsFromConfiguration }, { registerHooks }] = await Promise.all([
    import("../../infra/configuration.ts"),
    import("../../infra/hooks.ts"),
  ]);
  registerHooks(settingsFromConfiguration().accessRole);
}

function isMissingDirectory(error: unknown): boolean {
  return error instanceof Error && /no such file or directory/.test(error.message);
}

async function noState(project: Project, options: OpenStackOptions): Promise<Failure> {
  const { stack, backendUrl } = project;
  const moved = (await stackNames(project, options)).filter((name) => name.startsWith(`${stack}-moved-`));
  if (moved.length > 0) {
    return new Failure(
      `The state of the stack "${stack}" was moved away from ${backendUrl}, where the old one is kept as "${moved.at(-1) ?? ""}".`,
      "Get the Pulumi.yaml that names its new place (git pull).",
    );
  }
  return new Failure(
    `There is no state of the stack "${stack}" in ${backendUrl}.`,
    "The state is where mfa-admin init was run: name that place in PULUMI_BACKEND_URL or in Pulumi.yaml (backend: url).",
  );
}

async function stackNames(project: Project, options: OpenStackOptions): Promise<string[]> {
  try {
    const [, workspaceOptions] = await workspaceArguments(project, options);
    const workspace = await LocalWorkspace.create(workspaceOptions);
    return (await workspace.listStacks()).map(({ name }) => name).sort();
  } catch {
    // The place itself is missing.
    return [];
  }
}
