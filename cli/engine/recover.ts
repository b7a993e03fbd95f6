import { setTimeout } from "node:timers/promises";

import type { Settings } from "../../infra/settings.ts";
import { waitBeforeAnother } from "./another-run.ts";
import { adopt, type Settled, settleUnfinished } from "./adopt.ts";
import type { Stack } from "./automation.ts";
import { identityOfResource, isCloudResource } from "../changes/step.ts";
import { developerIn } from "../changes/urn.ts";
import { deletePoliciesFirst } from "./deletion-order.ts";
import { type Deployment, editState, type Resource } from "./deployment.ts";
import { noteWhatIsThere } from "./half-made.ts";
import { healResources } from "./heal.ts";
import { leaveOutDenials } from "./denials.ts";
import { existsAlready, type IncompleteRun } from "./run-failure.ts";
import { markRead } from "./unread.ts";
import { letGo, letProvidersStart, stayingBehind, unreachedBy } from "./unreached.ts";
import { tell } from "../terminal/tell.ts";

export interface RecoveryOptions {
  settings: Settings;
  /** Whether to take into the stack every resource that AWS has already, whoever has made it (`--adopt`). */
  adoptAll: boolean;
  /** Refreshes the resources that were taken into the state. */
  refresh: () => Promise<unknown>;
  /** The number of the run that failed, from 1. */
  attempt: number;
  /** The URNs of all resources that were taken into the state after earlier runs; {@link recover} adds to it. */
  takenBefore: Set<string>;
}

/**
 * Brings the state in line with what a failed run has left in AWS, so that the next one can go on.
 *
 * @returns whether a further run can be expected to succeed where this one failed
 */
export async function recover(stack: Stack, run: IncompleteRun, options: RecoveryOptions): Promise<boolean> {
  const { failures, resumesUnfinished } = run.record;
  const existing = failures.filter(existsAlready);
  let taken: Resource[] = [];
  let changing: Resource[] = [];
  if (resumesUnfinished || existing.length > 0 || failures.some(({ halfMade }) => halfMade)) {
    await editState(stack, async (deployment) => {
      const noted = noteWhatIsThere(deployment);
      // Where AWS cannot be asked now, the run's own failure is reported, and a later run settles the operations.
      const unfinished = await settleUnfinished(deployment, options.settings, unreachedBy(stack)).catch(
        () => undefined,
      );
      ({ taken, changing } = unfinished ?? nothing);
      if (options.adoptAll) {
        const steps = existing.map(({ step }) => step);
        taken = [...taken, ...(await adopt(deployment, steps, options.settings))];
      }
      return noted || unfinished?.settled === true || taken.length > 0;
    });
  }
  if (run.interrupted) return false;
  await readAgain({ taken, changing }, options.refresh);
  const wait = waitBeforeAnother({ ...options, failures, taken: taken.map(({ urn }) => urn) });
  for (const { urn } of taken) options.takenBefore.add(urn);
  if (wait !== undefined) await setTimeout(wait);
  return wait !== undefined;
}

type SettleOptions = Pick<RecoveryOptions, "settings" | "refresh">;

/**
 * Settles the state's pending operations by {@link settleUnfinished}, and reads from AWS what has to be read after it.
 *
 * @returns whether any resource was taken in, so that another run has to deal with it
 */
export async function settle(stack: Stack, { settings, refresh }: SettleOptions): Promise<boolean> {
  let found = nothing;
  await editState(stack, async (deployment) => {
    const unfinished = await settleUnfinished(deployment, settings, unreachedBy(stack));
    found = unfinished;
    return unfinished.settled;
  });
  await readAgain(found, refresh);
  return found.taken.length > 0;
}

/**
 * Takes off the marks of resources that were read from AWS ({@link markUnread}).
 *
 * @param only the URNs that were read; all when left out
 */
export function noteRead(stack: Stack, only?: string[]): Promise<void> {
  return editState(stack, ({ resources }) => {
    const isRead = ({ urn }: Resource): boolean => only === undefined || only.includes(urn);
    return Promise.resolve(markRead(resources.filter(isRead)));
  });
}

/** Repairs the state by {@link healResources}. */
export function heal(stack: Stack, options: SettleOptions): Promise<void> {
  return editSettled(stack, ({ resources }) => healResources(resources, options.settings), options);
}

/** Removes denials from the state by {@link leaveOutDenials}. */
export function forgetDenials(
  stack: Stack,
  options: SettleOptions,
  also: string[] = [],
  before?: Resource[],
): Promise<void> {
  return editSettled(stack, (deployment) => leaveOutDenials(deployment, options.settings, also, before), options);
}

/** Edits the state, and settles its pending operations in the same edit, since importing a state drops them. */
async function editSettled(
  stack: Stack,
  edit: (deployment: Deployment) => boolean,
  { settings, refresh }: SettleOptions,
): Promise<void> {
  let found = nothing;
  await editState(stack, async (deployment) => {
    if (!edit(deployment)) return false;
    found = await settleUnfinished(deployment, settings, unreachedBy(stack));
    return true;
  });
  await readAgain(found, refresh);
}

/**
 * Prepares the state for the deletion of everything: pending operations are settled, and `protect` is removed from the service
 * control policy. The next `up` sets it again, should the deletion not finish.
 *
 * @returns the number of resources to delete; also their URNs as `target` where others have to stay, which cannot be reached
 */
export async function prepareDeletion(
  stack: Stack,
  { settings, refresh }: SettleOptions,
): Promise<{ total: number; target?: string[] }> {
  let taken: Resource[] = [];
  let leaving: Resource[] = [];
  const unreached = unreachedBy(stack);
  await editState(stack, async (deployment) => {
    const unfinished = await settleUnfinished(deployment, settings, unreached);
    taken = unfinished.taken;
    const behind = stayingBehind(deployment, unreached);
    leaving = deployment.resources.filter(({ urn, type }) => !behind.has(urn) && type !== "pulumi:pulumi:Stack");
    const started = letProvidersStart(deployment, unreached);
    const loosened = behind.size > 0 && letGo(deployment, new Set(leaving.map(({ urn }) => urn)));
    const shielded = deployment.resources.filter(({ protect }) => protect === true);
    for (const resource of shielded) resource.protect = false;
    const healed = healResources(deployment.resources, settings);
    const ordered = deletePoliciesFirst(deployment);
    return healed || unfinished.settled || shielded.length > 0 || started || loosened || ordered;
  });
  // What a run was changing is deleted, whatever it is by now.
  await readAgain({ taken, changing: [] }, refresh);
  const total = leaving.filter(isCloudResource).length;
  return { total, ...(unreached.length > 0 && { target: leaving.map(({ urn }) => urn) }) };
}

/**
 * Prepares the state for the deletion of some developers and nothing else: pending operations are settled, and the service control
 * policy, which depends on every developer, no longer depends on these. The next `up` writes its dependencies again.
 *
 * @returns the URNs to delete, the number of resources among them and of those that stay, and the stack's outputs without the
 * developers
 */
export async function prepareRemoval(
  stack: Stack,
  names: string[],
  { settings, refresh }: SettleOptions,
): Promise<{ target: string[]; total: number; staying: number; outputs: Record<string, unknown> }> {
  let found = nothing;
  let leaving: Resource[] = [];
  let outputs: Record<string, unknown> = {};
  let staying = 0;
  const unreached = unreachedBy(stack);
  await editState(stack, async (deployment) => {
    const unfinished = await settleUnfinished(deployment, settings, unreached);
    found = unfinished;
    const behind = stayingBehind(deployment, unreached);
    leaving = deployment.resources.filter(
      (resource) => names.includes(developerIn(resource) ?? "") && !behind.has(resource.urn),
    );
    outputs = outputsWithout(deployment, names);
    staying = deployment.resources.filter(isCloudResource).length - leaving.filter(isCloudResource).length;
    const urns = new Set(leaving.map(({ urn }) => urn));
    const started = letProvidersStart(deployment, unreached);
    const healed = healResources(deployment.resources, settings);
    return letGo(deployment, urns) || healed || started || unfinished.settled;
  });
  await readAgain(found, refresh);
  return { target: leaving.map(({ urn }) => urn), total: leaving.filter(isCloudResource).length, staying, outputs };
}

/**
 * Prepares the state for a run whose target is these developers alone, though the stack has them already: pending operations are
 * settled, and the service control policy does not depend on them until the next `up`.
 */
export async function prepareAddition(
  stack: Stack,
  names: string[],
  { settings, refresh }: SettleOptions,
): Promise<void> {
  let found = nothing;
  await editState(stack, async (deployment) => {
    const unfinished = await settleUnfinished(deployment, settings, unreachedBy(stack));
    found = unfinished;
    const theirs = deployment.resources.filter((resource) => names.includes(developerIn(resource) ?? ""));
    return letGo(deployment, new Set(theirs.map(({ urn }) => urn))) || unfinished.settled;
  });
  await readAgain(found, refresh);
}

function outputsWithout({ resources }: Deployment, names: string[]): Record<string, unknown> {
  const { outputs = {} } = resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
  const developers = Object.entries(outputs["developers"] ?? {}).filter(([name]) => !names.includes(name));
  return { ...outputs, developers: Object.fromEntries(developers) };
}

const nothing: Settled = { taken: [], changing: [] };

async function readAgain({ taken, changing }: Settled, refresh: () => Promise<unknown>): Promise<void> {
  if (taken.length > 0) tell(`Taking into the stack what AWS has already: ${named(taken)}.`);
  if (changing.length > 0) tell(`Reading from AWS what a run was changing when it died: ${named(changing)}.`);
  if (taken.length + changing.length > 0) await refresh();
}

function named(resources: Resource[]): string {
  const each = resources.map(identityOfResource).map(({ account, type, name }) => `${type} ${name} (${account})`);
  return each.join(", ");
}
