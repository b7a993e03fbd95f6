import { setTimeout } from "node:timers/promises";

import { Locked } from "./stack-lock.ts";
import { tell } from "../terminal/tell.ts";

/** Between two tries, in milliseconds. */
const pause = 1000;

/**
 * Does something that another run's lock may refuse, and tries again until the lock is released or the time is over. Says
 * once who holds it.
 *
 * @param deadline milliseconds since the epoch; a time that is over does not wait
 * @throws Locked when the time is over
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
