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
  /** What {@link passphraseEnvironment} has returned, where it was called before. */
  secrets?: Record<string, string>;
  /** What is to keep the secrets of a stack that is made: Pulumi's own choice when left out. */
  secretsProvider?: string | undefined;
}

/** Opens the stack that `init` has made. */
export async function openStack(project: Project, options: OpenStackOptions = {}): Promise<Stack> {
  const stack = await findStack(project, options);
  if (stack === undefined) throw await noState(project);
  return stack;
}

/** The same; nothing, where there is no such stack. */
export async function findStack(project: Project, options: OpenStackOptions = {}): Promise<Stack | undefined> {
  return find(project, options, ({ name }, workspace) => workspace.selectStack(name));
}

/**
 * Opens the stack, and reads what is in it where the engine has to look for it anyway: it answers both at a time.
 *
 * @returns the state that was read, as {@link Stack.exportStack} gives it; nothing, where the stack is a file that is at hand
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

/** @param look has the engine look whether the stack is there, and fails where it is not */
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
  // What is in the way of that, the engine meets as well, and tells.
  const stacks = await listStacks(project).catch(() => []);
  return stacks.some(({ name }) => name === project.stack);
}

/** To select a stack tells the Pulumi CLI which one is meant where none is named. Every run names it. */
function withoutSelecting(workspace: LocalWorkspace): LocalWorkspace {
  return Object.create(workspace, { selectStack: { value: () => Promise.resolve() } }) as LocalWorkspace;
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

/** Whether the engine needs AWS for the state or its secrets, whatever it is to do. */
async function isKeptInAws({ backendUrl, settingsFile }: Project, provider: string | undefined): Promise<boolean> {
  if (backendUrl.startsWith("s3:") || provider?.startsWith("awskms:") === true) return true;
  // A copy of a stack has no settings yet.
  const { secretsprovider = "" } = existsSync(settingsFile) ? secretsIn(await readFile(settingsFile, "utf8")) : {};
  return secretsprovider.startsWith("awskms:");
}

/** Each run brings its own, made of the settings that were shown and asked about: the file may be another one by then. */
function noProgram(): Promise<never> {
  return Promise.reject(new Error("The run has no program."));
}

/** Has the runs on a stack leave alone what is in these accounts. */
export function goWithout(stack: Stack, accounts: UnreachedAccount[]): void {
  setUnreached(stack, accounts);
}

/**
 * The same program that plain Pulumi runs, on these settings; loaded only when the engine asks for it.
 *
 * @param part those developers alone, for a run that has nothing but them for its target, and what the outputs were before
 */
export function programOf(stack: Stack, settings: Settings, part?: ProgramOptions["part"]) {
  return async () => {
    const { program } = await import("../../infra/program.ts");
    const installed = installedAwsNativeVersion();
    return program(settings, {
      pluginVersion: installed === sdkAwsNativeVersion ? undefined : installed,
      organization: knownOrganization(),
      unreached: unreachedInProgram(unreachedBy(stack)),
      otherForm: otherFormKeptBy(stack),
      ...(part !== undefined && { part }),
    });
  };
}

/**
 * The same stack with the program that deletions need: its hooks, and no resources.
 *
 * @param outputs what the stack's outputs are from then on
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

/** A stack of the project, as its place lists it. */
export interface ListedStack {
  name: string;
  /** Whether a run holds a server's lease; other places keep locks. */
  updateInProgress: boolean;
}

/** The project's stacks at a place, in the order of their names. None, where the place itself is missing. */
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

/** Those of the project's organization by their names alone, or, where none is chosen, as Pulumi names them. */
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

/** The refusal of a place that has only the old state. */
export function movedAway(project: StackName, keptAs: string): Failure {
  const { stack, backendUrl } = project;
  return new Failure(
    `The state of the stack "${stack}" was moved away from ${backendUrl}, where the old one is kept as "${keptAs}".`,
    `Get the Pulumi.yaml that names its new place (git pull). Only if a move was broken off here, and nobody uses that place yet, name it back, and move again: ${commandBack(project, keptAs)}`,
  );
}
