import { setTimeout } from "node:timers/promises";

import { isTransient } from "../../infra/errors.ts";
import type { Settings } from "../../infra/settings.ts";
import { adopt, unfinishedCreates } from "./adopt.ts";
import type { Stack } from "./automation.ts";
import type { ResourceFailure } from "./changes.ts";
import { noteWhatIsThere } from "./half-made.ts";
import { existsAlready, type IncompleteRun } from "./run-failure.ts";

export interface RecoveryOptions {
  settings: Settings;
  /** Whether the administrator wants everything in the stack that AWS has already, whoever has made it. */
  adoptAll: boolean;
  /** Reads the resources that were adopted. */
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
  const { failures } = run.record;
  const halfMade = failures.filter((failure) => failure.halfMade);
  if (halfMade.length > 0) await noteWhatIsThere(stack);
  if (run.interrupted || options.attempt >= attempts) return false;
  const existing = await adoptable(stack, failures, options.adoptAll);
  if (existing.length > 0) {
    const names = existing.map(({ account, type, name }) => `${type} ${name} (${account})`);
    process.stderr.write(`Taking into the stack what AWS has already: ${names.join(", ")}.\n`);
    const steps = existing.map(({ step }) => step);
    await adopt(stack, steps, options.settings);
    await options.refresh();
    return true;
  }
  const passing = failures.length > 0 && failures.every((failure) => failure.halfMade && isTransient(failure.message));
  if (passing) await setTimeout(1000 * options.attempt);
  return passing;
}

/** Resources that are to be adopted: without consent, only those that a run was making when it died. */
async function adoptable(stack: Stack, failures: ResourceFailure[], all: boolean): Promise<ResourceFailure[]> {
  const existing = failures.filter(existsAlready);
  if (existing.length === 0 || all) return existing;
  const ours = await unfinishedCreates(stack);
  return existing.filter(({ step }) => ours.has(step.urn));
}
