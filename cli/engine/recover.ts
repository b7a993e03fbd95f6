import { setTimeout } from "node:timers/promises";

import { isTransient } from "../../infra/errors.ts";
import type { Settings } from "../../infra/settings.ts";
import { adopt, settleUnfinished } from "./adopt.ts";
import type { Stack } from "./automation.ts";
import { identityOfResource, isCloudResource } from "./changes.ts";
import { editState, type Resource } from "./deployment.ts";
import { noteWhatIsThere } from "./half-made.ts";
import { existsAlready, type IncompleteRun } from "./run-failure.ts";

export interface RecoveryOptions {
  settings: Settings;
  /** Whether the administrator wants everything in the stack that AWS has already, whoever has made it. */
  adoptAll: boolean;
  /** Reads the resources that came into the state. */
  refresh: () => Promise<unknown>;
  /** The number of the run that failed, from 1. */
  attempt: number;
  /** The URNs of all that came into the state after the runs before this one; added to. */
  takenBefore: Set<string>;
}

/** Runs before what AWS wants to be tried again is given up. */
const attempts = 5;

/**
 * Brings the state in line with what a failed run has left in AWS, so that the next one can go on.
 *
 * @returns whether a further run can be expected to succeed where this one failed
 */
export async function recover(stack: Stack, run: IncompleteRun, options: RecoveryOptions): Promise<boolean> {
  const { failures, resumesUnfinished } = run.record;
  const existing = failures.filter(existsAlready);
  let taken: Resource[] = [];
  if (resumesUnfinished || existing.length > 0 || failures.some(({ halfMade }) => halfMade)) {
    await editState(stack, async (deployment) => {
      const noted = noteWhatIsThere(deployment);
      // Where AWS cannot be asked now, the run has failed for more than that, and a later one settles it.
      const unfinished = await settleUnfinished(deployment, options.settings).catch(() => undefined);
      taken = unfinished?.taken ?? [];
      if (options.adoptAll) {
        const steps = existing.map(({ step }) => step);
        taken = [...taken, ...(await adopt(deployment, steps, options.settings))];
      }
      return noted || unfinished?.settled === true || taken.length > 0;
    });
  }
  if (run.interrupted) return false;
  await readTaken(taken, options.refresh);
  // However often: what depends on these may have to be taken in next. But what AWS did not have after all, only once.
  const isNew = taken.some(({ urn }) => !options.takenBefore.has(urn));
  for (const { urn } of taken) options.takenBefore.add(urn);
  if (taken.length > 0) return isNew;
  if (options.attempt >= attempts) return false;
  const passing = failures.length > 0 && failures.every((failure) => failure.halfMade && isTransient(failure.message));
  if (passing) await setTimeout(1000 * options.attempt);
  return passing;
}

type SettleOptions = Pick<RecoveryOptions, "settings" | "refresh">;

/**
 * Takes into the state what AWS has of all that runs were making when they died, and forgets the rest.
 *
 * @returns whether anything came in, so that a run that follows has to deal with it
 */
export async function settle(stack: Stack, { settings, refresh }: SettleOptions): Promise<boolean> {
  let taken: Resource[] = [];
  await editState(stack, async (deployment) => {
    const unfinished = await settleUnfinished(deployment, settings);
    taken = unfinished.taken;
    return unfinished.settled;
  });
  await readTaken(taken, refresh);
  return taken.length > 0;
}

/**
 * Prepares the state for the deletion of everything: what runs were making when they died comes in, and the protection of
 * the service control policy goes. The next `up` puts it back, should the deletion not come to its end.
 *
 * @returns the number of resources to be deleted
 */
export async function prepareDeletion(stack: Stack, { settings, refresh }: SettleOptions): Promise<number> {
  let taken: Resource[] = [];
  let total = 0;
  await editState(stack, async (deployment) => {
    const unfinished = await settleUnfinished(deployment, settings);
    taken = unfinished.taken;
    total = deployment.resources.filter(isCloudResource).length;
    const shielded = deployment.resources.filter(({ protect }) => protect === true);
    for (const resource of shielded) resource.protect = false;
    return unfinished.settled || shielded.length > 0;
  });
  await readTaken(taken, refresh);
  return total;
}

async function readTaken(taken: Resource[], refresh: () => Promise<unknown>): Promise<void> {
  if (taken.length === 0) return;
  const names = taken.map(identityOfResource).map(({ account, type, name }) => `${type} ${name} (${account})`);
  process.stderr.write(`Taking into the stack what AWS has already: ${names.join(", ")}.\n`);
  await refresh();
}
