import { setTimeout } from "node:timers/promises";

import { isTransient } from "../../infra/errors.ts";
import type { Settings } from "../../infra/settings.ts";
import { adopt, settleUnfinished } from "./adopt.ts";
import type { Stack } from "./automation.ts";
import { identityOfResource } from "./changes.ts";
import { type Deployment, editState, type Resource } from "./deployment.ts";
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
}

/** Runs before it is given up. */
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
      const unfinished = await settleUnfinished(deployment, options.settings);
      taken = unfinished.taken;
      if (options.adoptAll) {
        const steps = existing.map(({ step }) => step);
        taken = [...taken, ...(await adopt(deployment, steps, options.settings))];
      }
      return noted || unfinished.settled || taken.length > 0;
    });
  }
  if (run.interrupted || options.attempt >= attempts) return false;
  if (taken.length > 0) {
    sayTaken(taken);
    await options.refresh();
    return true;
  }
  const passing = failures.length > 0 && failures.every((failure) => failure.halfMade && isTransient(failure.message));
  if (passing) await setTimeout(1000 * options.attempt);
  return passing;
}

/**
 * Takes into the state what AWS has of all that runs were making when they died, and forgets the rest.
 *
 * @returns whether anything came in, so that a run that follows has to deal with it
 */
export async function settle(stack: Stack, { settings, refresh }: Pick<RecoveryOptions, "settings" | "refresh">) {
  let taken: Resource[] = [];
  await editState(stack, async (deployment: Deployment) => {
    const unfinished = await settleUnfinished(deployment, settings);
    taken = unfinished.taken;
    return unfinished.settled;
  });
  if (taken.length === 0) return false;
  sayTaken(taken);
  await refresh();
  return true;
}

function sayTaken(taken: Resource[]): void {
  const names = taken.map(identityOfResource).map(({ account, type, name }) => `${type} ${name} (${account})`);
  process.stderr.write(`Taking into the stack what AWS has already: ${names.join(", ")}.\n`);
}
