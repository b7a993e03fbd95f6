import { isTransient } from "../../infra/errors.ts";
import type { ResourceFailure } from "../changes/record.ts";

/** The number of runs after which a transient error of AWS is reported. */
const attempts = 5;

export interface FailedRun {
  /** The URNs of the resources that were taken into the state after it. */
  taken: string[];
  /** The URNs of those that were taken into the state after earlier runs. */
  takenBefore: ReadonlySet<string>;
  failures: Pick<ResourceFailure, "halfMade" | "message">[];
  /** The number of the run, from 1. */
  attempt: number;
}

/**
 * Whether a further run can be expected to succeed where this one has failed.
 *
 * @returns the milliseconds to wait before it; undefined where it cannot be expected
 */
export function waitBeforeAnother({ taken, takenBefore, failures, attempt }: FailedRun): number | undefined {
  // A further run is worth it however often new resources were taken in, since what depends on them may come next. A resource that
  // was taken in before, which AWS did not have after all, is no reason.
  if (taken.length > 0) return taken.some((urn) => !takenBefore.has(urn)) ? 0 : undefined;
  if (attempt >= attempts || failures.length === 0) return undefined;
  return failures.every(({ halfMade, message }) => halfMade && isTransient(message)) ? 1000 * attempt : undefined;
}
