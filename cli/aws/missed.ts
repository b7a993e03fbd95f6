import { Failure } from "../failure.ts";
import type { Missed } from "../results/missed.ts";
import { wordsOf } from "./error-words.ts";
import { remedyForMissed } from "./missing-right.ts";

/** Waits for a call; one that is refused is noted, and has found nothing. */
export type Attempt = <T>(what: string, call: () => T | Promise<T>) => Promise<T | undefined>;

/** @param command what is to be run again. What is missed for one reason is noted once */
export const noting =
  (missed: Missed[], command: string): Attempt =>
  async (what, call) => {
    try {
      return await call();
    } catch (error) {
      // Credentials that are broken are not the account's doing.
      if (error instanceof Failure) throw error;
      const reason = wordsOf(error);
      if (!missed.some((one) => one.what === what && one.reason === reason)) {
        missed.push({ what, reason, remedy: remedyForMissed(reason, command) });
      }
      return undefined;
    }
  };
