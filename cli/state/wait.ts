import { setTimeout } from "node:timers/promises";

import { Locked } from "./stack-lock.ts";
import { tell } from "../terminal/tell.ts";

/** Milliseconds between two attempts. */
const pause = 1000;

/**
 * Runs an action that another run's lock may refuse, and retries until the lock is released or the deadline has passed. Each
 * holder of the lock is named once.
 *
 * @param deadline milliseconds since the epoch; with one in the past there is one attempt
 * @throws Locked when the deadline has passed
 */
export async function waitForLock<T>(deadline: number, action: () => Promise<T>): Promise<T> {
  let told = "";
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const left = deadline - Date.now();
      if (!(error instanceof Locked) || left <= 0) throw error;
      if (error.message !== told) tell(`${error.message} Waiting for it to end.`);
      told = error.message;
      await setTimeout(Math.min(pause, left));
    }
  }
}
