import { Failure } from "../failure.ts";
import type { Missed } from "../results/missed.ts";
import { wordsOf } from "./error-words.ts";
import { remedyForMissed } from "./missing-right.ts";

/** Makes a call. An error is noted, and the result is undefined. */
export type Attempt = <T>(what: string, call: () => T | Promise<T>) => Promise<T | undefined>;

/** @param missed gets what could not be read, once for each reason @param command the command to run again */
export const noting =
  (missed: Missed[], command: string): Attempt =>
  async (what, call) => {
    try {
      return await call();
    } catch (error) {
      // A Failure is about broken credentials, not about this account.
      if (error instanceof Failure) throw error;
      const reason = wordsOf(error);
      if (!missed.some((one) => one.what === what && one.reason === reason)) {
        missed.push({ what, reason, remedy: remedyForMissed(reason, command) });
      }
      return undefined;
    }
  };
