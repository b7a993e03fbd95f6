import { tell } from "./tell.ts";

/** Milliseconds of silent waiting. */
const moment = 2000;

/** Says what is waited for, once, if it takes longer than that. */
export async function tellingAfterAMoment<T>(text: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(tell, moment, text);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
