import { tell } from "./tell.ts";

/** Milliseconds of silent waiting. */
const moment = 2000;

/**
 * Says what is waited for, once, if it takes longer than that.
 *
 * @param interrupted what is the case, and what to run, where Ctrl-C ends the process in the middle of the work
 */
export async function tellingAfterAMoment<T>(text: string, work: Promise<T>, interrupted?: string): Promise<T> {
  const timer = setTimeout(tell, moment, text);
  try {
    return await (interrupted === undefined ? work : tellingWhenInterrupted(interrupted, work));
  } finally {
    clearTimeout(timer);
  }
}

/** Says that nothing was changed where Ctrl-C ends the process while a command only reads. */
export function beforeAnyChange<T>(work: Promise<T>): Promise<T> {
  return tellingWhenInterrupted("Nothing was changed.", work);
}

/** @param text what is the case, and what to run */
async function tellingWhenInterrupted<T>(text: string, work: Promise<T>): Promise<T> {
  const end = (signal: NodeJS.Signals): void => {
    tell(`Interrupted. ${text}`);
    // No listener is left, so that the process ends as by any Ctrl-C.
    process.kill(process.pid, signal);
  };
  process.once("SIGINT", end);
  try {
    return await work;
  } finally {
    process.off("SIGINT", end);
  }
}
