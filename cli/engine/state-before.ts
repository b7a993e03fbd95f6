import type { Stack, StepEventMetadata } from "./automation.ts";
import { identityOfResource } from "../changes/step.ts";
import type { Deployment, PendingOperation, Resource } from "./deployment.ts";
import type { Project } from "../project/project.ts";
import { type NotedResource, readStateFile } from "../state/checkpoint.ts";
import { ensureNoOtherRun } from "./idle.ts";
import { exportSealed, type State } from "./state-transfer.ts";
import { identityKey } from "../changes/step.ts";
import { isUnread } from "./unread.ts";
import { isIn, unreachedBy } from "./unreached.ts";
import { type StackBefore, stackBefore } from "../changes/stack-before.ts";
import { stackChangesOf } from "../changes/resource.ts";

/** The stack's resources and facts, read from its state. */
export async function readStackBefore(stack: Stack, project: Project): Promise<StackBefore> {
  return stackHeldBy(await resourcesBefore(stack, project));
}

/** The same from the resources of the state. */
export function stackHeldBy(resources: NotedResource[]): StackBefore {
  return stackBefore(stackChangesOf(resources.map(asStep)));
}

/** The steps of a run that finds every resource as the state has it. */
export function sameSteps(resources: NotedResource[]): StepEventMetadata[] {
  return resources.map(asStep).map((step) => ({ ...step, ...(step.old && { new: step.old }) }));
}

/** What the stack's state has. */
export interface StateBefore {
  resources: Resource[];
  /** Resources that have a pending operation, or had one and were not read since, each once, as far as they can be reached. */
  unfinished: Resource[];
  /** Whether a run died in an operation that no later run has settled. */
  hasPending: boolean;
  /** Whether a run died while it changed or deleted one of the resources, and AWS was not read since: it may have done that or not. */
  isUnfinished: boolean;
}

/** The part of a state that is read here. */
interface StateContents {
  resources?: Resource[];
  pending_operations?: PendingOperation[] | null;
}

/** Reads the stack's state. */
export async function stateBefore(stack: Stack, project: Project): Promise<StateBefore> {
  const deployment = (await checkpoint(project)) ?? deploymentOf(await stack.exportStack());
  const { resources = [], pending_operations: pending } = deployment;
  // Pulumi writes null where no operation is pending.
  const begun = (pending ?? []).map(({ type }) => type);
  const isReached = (resource: Resource): boolean => !isIn(unreachedBy(stack), resource);
  return {
    resources,
    unfinished: unfinishedIn(deployment).filter(isReached),
    hasPending: begun.length > 0,
    isUnfinished:
      resources.some((resource) => isUnread(resource) && isReached(resource)) ||
      begun.some((type) => type === "updating" || type === "deleting"),
  };
}

/** The resources of {@link StateBefore.unfinished}, those in unreached accounts too; without the engine. */
export async function unfinishedResources(project: Project): Promise<Resource[]> {
  return unfinishedIn(deploymentOf(await exportSealed(project)));
}

function unfinishedIn({ resources = [], pending_operations: pending }: StateContents): Resource[] {
  const left = [...(pending ?? []).map(({ resource }) => resource), ...resources.filter(isUnread)];
  return [...new Map(left.map((resource) => [resource.urn, resource])).values()];
}

/** The resources that the stack's state has. */
export async function resourcesBefore(stack: Stack, project: Project): Promise<Resource[]> {
  return (await stateBefore(stack, project)).resources;
}

/** When the stack last wrote each resource, by URN, to the second. */
export async function modifiedBefore(stack: Stack, project: Project): Promise<Map<string, string>> {
  return modifiedTimes(await resourcesBefore(stack, project));
}

/** When the stack last wrote each resource, by URN, to the second: "2026-01-02T03:04:05Z". */
export function modifiedTimes(resources: Resource[]): Map<string, string> {
  return new Map(resources.map(({ urn, modified = "" }) => [urn, modified.replace(/\.\d+Z$/, "Z")]));
}

/**
 * The resources of the stack, and those that pending operations make, as {@link identityKey} names them.
 *
 * @throws Locked while a run is under way: a resource that it makes is in AWS before it is in the state
 */
export async function unfinishedNames(project: Project): Promise<Set<string>> {
  await ensureNoOtherRun(project);
  const { deployment } = (await exportSealed(project)) as { deployment?: Partial<Deployment> | null };
  const { pending_operations: pending = [], resources = [] } = deployment ?? {};
  const creating = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  return new Set([...creating, ...resources].map((resource) => identityKey(identityOfResource(resource))));
}

async function checkpoint(project: Project): Promise<StateContents | undefined> {
  try {
    const file = await readStateFile<Resource>(project);
    return file?.checkpoint && (file.checkpoint.latest ?? {});
  } catch {
    // The state is then read by the engine, whose error tells what is wrong.
    return undefined;
  }
}

/** The resources of a state as the engine exports it; none of a stack that was never applied. */
export function resourcesOf(state: State): Resource[] {
  return deploymentOf(state).resources ?? [];
}

function deploymentOf({ deployment }: State): StateContents {
  return deployment ?? {};
}

/** A resource as the step `same`. */
function asStep({
  urn,
  id = "",
  type,
  inputs = {},
  outputs = {},
  parent = "",
  provider = "",
}: NotedResource): StepEventMetadata {
  const state = { type, urn, id, parent, provider, inputs, outputs };
  return { op: "same", urn, type, provider, old: state };
}
