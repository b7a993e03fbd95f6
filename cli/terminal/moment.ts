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
  const end =
    interrupted === undefined
      ? undefined
      : (signal: NodeJS.Signals): void => {
          tell(`Interrupted. ${interrupted}`);
          // No listener is left, so that the process ends as by any Ctrl-C.
          process.kill(process.pid, signal);
        };
  if (end !== undefined) process.once("SIGINT", end);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (end !== undefined) process.off("SIGINT", end);
  }
}
