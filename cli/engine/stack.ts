import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";

import type { ProgramOptions } from "../../infra/context.ts";
import type { Settings } from "../../infra/settings.ts";
import { knownOrganization } from "../aws/preconditions.ts";
import { openSession } from "../aws/session.ts";
import { installedAwsNativeVersion, sdkAwsNativeVersion } from "../../toolchain/cache.js";
import { Failure } from "../failure.ts";
import { type Project, type StackName, stackReference } from "../project/project.ts";
import { statesDirectory } from "../state/checkpoint.ts";
import { removeEmptyAttributes } from "../state/attributes.ts";
import { stateFilesOf } from "../state/state-files.ts";
import { isServer } from "../project/server.ts";
import { commandBack, isRetired } from "../state/retired.ts";
import { secretsIn } from "../state/secrets-keys.ts";
import { localStateDirectory } from "../state/state-directory.ts";
import { LocalWorkspace, Stack, StackNotFoundError } from "./automation.ts";
import { explainEngine } from "./explain-engine.ts";
import { otherFormKeptBy } from "./other-form.ts";
import { passphraseEnvironment } from "./passphrase.ts";
import { usablePulumi } from "./pulumi-command.ts";
import { runPulumiAlone } from "./pulumi-process.ts";
import type { State } from "./state-transfer.ts";
import { setUnreached, type UnreachedAccount, unreachedBy, unreachedInProgram } from "./unreached.ts";

export interface OpenStackOptions {
  /** The result of {@link passphraseEnvironment}, where it was called before. */
  secrets?: Record<string, string>;
  /** The secrets provider of a stack that is made. Default: Pulumi's own choice. */
  secretsProvider?: string | undefined;
}

/** Opens the stack that `init` has made. */
export async function openStack(project: Project, options: OpenStackOptions = {}): Promise<Stack> {
  const stack = await findStack(project, options);
  if (stack === undefined) throw await noState(project);
  return stack;
}

/** The same; undefined where there is no such stack. */
export async function findStack(project: Project, options: OpenStackOptions = {}): Promise<Stack | undefined> {
  return find(project, options, ({ name }, workspace) => workspace.selectStack(name));
}

/**
 * Opens the stack. Where the engine has to look for it, its state is read by the same call.
 *
 * @returns the stack and, where it was read, the state from {@link Stack.exportStack}; no state where the stack is a file that can
 * be seen without the engine
 */
export async function openStackReading(
  project: Project,
  options: OpenStackOptions,
): Promise<{ stack: Stack; state?: State }> {
  let state: State | undefined;
  const stack = await find(project, options, async (found) => {
    state = await found.exportStack();
  });
  if (stack === undefined) throw await noState(project);
  return { stack, ...(state !== undefined && { state }) };
}

/** @param look asks the engine whether the stack exists, and throws where it does not */
async function find(
  project: Project,
  options: OpenStackOptions,
  look: (stack: Stack, workspace: LocalWorkspace) => Promise<void>,
): Promise<Stack | undefined> {
  await removeEmptyAttributes(project);
  try {
    const [{ stackName, program }, workspaceOptions] = await workspaceArguments(project, options);
    const workspace = await LocalWorkspace.create({ ...workspaceOptions, program });
    const stack = await Stack.select(stackName, withoutSelecting(workspace));
    if (!(await isAtHand(project))) await look(stack, workspace);
    return stack;
  } catch (error) {
    if (error instanceof StackNotFoundError || isMissingDirectory(error)) return undefined;
    throw explainEngine(error, project);
  }
}

/** Whether the stack is a file that can be seen without the engine, which takes half a second to look for it. */
async function isAtHand(project: Project): Promise<boolean> {
  if (stateFilesOf(project) === undefined) return false;
  // An error here will be the engine's, too, and is reported then.
  const stacks = await listStacks(project).catch(() => []);
  return stacks.some(({ name }) => name === project.stack);
}

/** A workspace that does not select the stack: that sets the Pulumi CLI's default stack, and every run here names its stack. */
function withoutSelecting(workspace: LocalWorkspace): LocalWorkspace {
  return Object.create(workspace, { selectStack: { value: () => Promise.resolve() } }) as LocalWorkspace;
}

/** Makes the stack, for `init`, or opens it where it exists. */
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
  const { secrets, secretsProvider } = options;
  const pulumiCommand = await usablePulumi();
  if (await isKeptInAws(project, secretsProvider)) await openSession();
  const envVars = {
    PULUMI_BACKEND_URL: project.backendUrl,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(secrets ?? (await passphraseEnvironment(project))),
  };
  return [
    { stackName: stackReference(project), projectName: project.name, program: noProgram },
    { workDir: project.directory, pulumiCommand, envVars, ...(secretsProvider !== undefined && { secretsProvider }) },
  ] as const;
}

/** Whether the engine needs AWS for the state or its secrets in every run. */
async function isKeptInAws({ backendUrl, settingsFile }: Project, provider: string | undefined): Promise<boolean> {
  if (backendUrl.startsWith("s3:") || provider?.startsWith("awskms:") === true) return true;
  // A copy of a stack has no settings yet.
  const { secretsprovider = "" } = existsSync(settingsFile) ? secretsIn(await readFile(settingsFile, "utf8")) : {};
  return secretsprovider.startsWith("awskms:");
}

/** Refuses to run. Each run brings its own program, with the settings that the user was shown: the file may have changed since. */
function noProgram(): Promise<never> {
  return Promise.reject(new Error("The run has no program."));
}

/** Has the runs on a stack leave the resources in these accounts alone. */
export function goWithout(stack: Stack, accounts: UnreachedAccount[]): void {
  setUnreached(stack, accounts);
}

/**
 * The same program that plain Pulumi runs, with these settings. It is loaded only when the engine asks for it.
 *
 * @param further.part the developers of a run that targets them alone, and the outputs before it
 */
export function programOf(stack: Stack, settings: Settings, further: Pick<ProgramOptions, "part" | "alike"> = {}) {
  return async () => {
    const { program } = await import("../../infra/program.ts");
    const installed = installedAwsNativeVersion();
    return program(settings, {
      pluginVersion: installed === sdkAwsNativeVersion ? undefined : installed,
      organization: knownOrganization(),
      unreached: unreachedInProgram(unreachedBy(stack)),
      otherForm: otherFormKeptBy(stack),
      ...further,
    });
  };
}

/**
 * The same stack with the program that deletions need: it registers hooks, and no resources.
 *
 * @param outputs the stack's outputs after the run
 */
export function forDeletion(stack: Stack, { accessRole }: Settings, outputs?: Record<string, unknown>): Stack {
  const program = async (): Promise<Record<string, unknown> | undefined> => {
    const { registerHooks } = await import("../../infra/hooks.ts");
    registerHooks(accessRole);
    return outputs;
  };
  const workspace = Object.create(stack.workspace, { program: { value: program } }) as Stack["workspace"];
  return Object.create(stack, { workspace: { value: workspace } }) as Stack;
}

function isMissingDirectory(error: unknown): boolean {
  return error instanceof Error && /no such file or directory/.test(error.message);
}

/** A stack of the project, as its backend lists it. */
export interface ListedStack {
  name: string;
  /** Whether an update is in progress, on a server; other backends keep lock files. */
  updateInProgress: boolean;
}

/** The project's stacks in its backend, sorted by name; empty where the backend's directory is missing. */
export async function listStacks(project: Project): Promise<ListedStack[]> {
  const files = stateFilesOf(project);
  if (files !== undefined) {
    const names = (await files.list(statesDirectory(project.name))).map(
      (path) => /([^/]+)\.json(?:\.gz|\.zst)?$/.exec(path)?.[1],
    );
    const distinct = [...new Set(names.filter((name) => name !== undefined))].sort();
    return distinct.map((name) => ({ name, updateInProgress: false }));
  }
  try {
    const stacks = await stacksAtServer(project);
    return stacks
      .map(({ name, updateInProgress }) => ({ name, updateInProgress: updateInProgress === true }))
      .sort((one, other) => one.name.localeCompare(other.name));
  } catch (error) {
    throw explainEngine(error, project);
  }
}

/** The stacks on the server. With an organization, names come without it; where none is chosen, as Pulumi lists them. */
async function stacksAtServer(project: Project): Promise<{ name: string; updateInProgress?: boolean | undefined }[]> {
  const { organization } = project;
  const [, workspaceOptions] = await workspaceArguments(project, { secrets: {} });
  if (organization === undefined || !isServer(project.backendUrl)) {
    return (await LocalWorkspace.create(workspaceOptions)).listStacks();
  }
  const { workDir: directory, envVars: env } = workspaceOptions;
  const args = ["stack", "ls", "--json", "--organization", organization];
  const stdout = await runPulumiAlone(args, project, { directory, env });
  const stacks = JSON.parse(stdout) as { name: string; updateInProgress?: boolean }[];
  return stacks.map((stack) => ({ ...stack, name: stack.name.split("/").at(-1) ?? stack.name }));
}

async function noState(project: Project): Promise<Failure> {
  const { stack, backendUrl, organization } = project;
  const stacks = await listStacks(project).catch(() => []);
  const moved = stacks.findLast(({ name }) => isRetired(name, stack));
  if (moved !== undefined) return movedAway(project, moved.name);
  if (isServer(backendUrl)) {
    return new Failure(
      organization === undefined
        ? `There is no state of the stack "${stack}" in ${backendUrl}, in your default organization there.`
        : `There is no state of the stack "${stack}" in ${backendUrl}, in the organization ${organization}.`,
      `Name the organization that has it: --stack ORGANIZATION/${stack}, or for good by a line "organization: ORGANIZATION" in Pulumi.yaml.`,
    );
  }
  return new Failure(
    `There is no state of the stack "${stack}" in ${backendUrl}.`,
    "The state is where mfa-admin init was run: name that place in PULUMI_BACKEND_URL or in Pulumi.yaml (backend: url).",
  );
}

/** The error for a backend that has only the old state, which was moved away. */
export function movedAway(project: StackName, keptAs: string): Failure {
  const { stack, backendUrl } = project;
  return new Failure(
    `The state of the stack "${stack}" was moved away from ${backendUrl}, where the old one is kept as "${keptAs}".`,
    `Get the Pulumi.yaml that names its new place (git pull). Only if a move was broken off here, and nobody uses that place yet, name it back, and move again: ${commandBack(project, keptAs)}`,
  );
}
