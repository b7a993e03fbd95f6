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

/** Notes how things stand from now on, and what to run. */
export type Stands = (text: string) => void;

/**
 * Says how things stand where Ctrl-C ends the process in the middle of work that has several steps.
 *
 * @param first how they stand at the beginning, and what to run
 */
export async function tellingHowItStands<T>(first: string, work: (stands: Stands) => Promise<T>): Promise<T> {
  let text = first;
  const stands = (now: string): void => {
    text = now;
  };
  return tellingWhenInterrupted(() => text, work(stands));
}

/** @param text what is the case, and what to run, asked for at that moment */
async function tellingWhenInterrupted<T>(text: string | (() => string), work: Promise<T>): Promise<T> {
  const end = (signal: NodeJS.Signals): void => {
    tell(`Interrupted. ${typeof text === "string" ? text : text()}`);
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
