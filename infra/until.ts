import { dayProblem, endOf, isDay } from "./exemptions.ts";

/** The day until whose end something lasts. Pure functions. */

/** The form of a day, for a message about a text in another form. */
export const untilForm = "a day, YYYY-MM-DD, to its end in UTC; or with an offset, such as 2027-01-31+09:00";

const form = /^(\d{4}-\d{2}-\d{2})(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/**
 * The end of a day: the midnight after it, in UTC unless the day has an offset.
 *
 * @returns ISO 8601 in UTC, to the second, as a policy's condition has it; undefined where there is no such day
 */
export function endOfUntil(until: string): string | undefined {
  const [, day = "", offset = "Z"] = form.exec(until) ?? [];
  if (!isDay(day)) return undefined;
  const midnight = endOf(day).replace("Z", offset);
  return inSeconds(new Date(midnight));
}

/** What is wrong with a text that should be such a day; undefined where it is one. */
export function untilProblem(until: string): string | undefined {
  if (!form.test(until)) return `this must be ${untilForm}`;
  return dayProblem(until.slice(0, 10));
}

/** A time as policies have it: ISO 8601, UTC, to the second. */
export function inSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
