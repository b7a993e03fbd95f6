import { isDay } from "../../infra/exemptions.ts";
import { trailBegin } from "../aws/trail-event.ts";
import { Failure } from "../failure.ts";

/** The begin of the history: midnight UTC of the given day, or the oldest day that CloudTrail keeps. @throws Failure for no day */
export function dayBegin(since: string | undefined, now: Date): Date {
  if (since === undefined) return trailBegin(now);
  if (!isDay(since)) {
    throw new Failure(`--since ${since}: this is no day.`, "Write it as YYYY-MM-DD, such as 2027-01-31.");
  }
  return new Date(`${since}T00:00:00Z`);
}
