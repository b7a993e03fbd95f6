import { tell } from "./tell.ts";

/** What is waited for in silence, in milliseconds. */
const moment = 2000;

/** Says what is waited for, once, where it takes more than a moment. */
export async function tellingAfterAMoment<T>(text: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(tell, moment, text);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
