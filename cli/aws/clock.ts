import { GetAccountSummaryCommand, type IAMClient } from "@aws-sdk/client-iam";

import { notingTime } from "../../infra/aws-time.ts";
import { Failure } from "../failure.ts";

/** @param offset how far AWS's clock is ahead of this machine's, in milliseconds */
export function wrongClock(offset: number, cause?: unknown): Failure {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const size = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return new Failure(
    `This machine's clock is ${size} ${offset > 0 ? "behind" : "ahead of"} AWS's, which refuses what is signed by it.`,
    "Set the clock (timedatectl set-ntp true, or the system's settings), and run the command again.",
    { cause },
  );
}

/**
 * The clock's offset that an error of AWS tells of.
 *
 * @returns how far AWS's clock is ahead of this machine's, in milliseconds; NaN where AWS refuses the clock and tells no time;
 * undefined where the error is about something else
 */
export function clockOffsetIn({ name, message }: Error): number | undefined {
  // "Signature expired: 20261127T120000Z is now earlier than 20261127T121500Z (20261127T122000Z - 5 min.)"
  const [, signed, now] =
    /Signature (?:expired|not yet current): (\w+) .*\((\w+) [-+] \d+ min\.?\)/.exec(message) ?? [];
  if (signed !== undefined && now !== undefined) return timeOf(now) - timeOf(signed);
  return name === "RequestTimeTooSkewed" || /Signature (expired|not yet current)/.test(message) ? NaN : undefined;
}

function timeOf(basic: string): number {
  return Date.parse(basic.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/**
 * Milliseconds that are added to AWS's time. STS may accept a deleted access key for some seconds more (IAM User Guide, "Changes
 * that I make are not always immediately visible"), and AWS's Date header has whole seconds.
 */
const margin = 5000;

/** The moment up to which sessions are ended: 5 s from now, by AWS's clock, which dates the sessions. */
export async function momentFromNow(iam: IAMClient): Promise<Date> {
  return new Date((await timeOfAws(iam)) + margin);
}

/** The time by AWS's clock, rounded down to the second: no session issued from now on is older. */
export async function momentNow(iam: IAMClient): Promise<Date> {
  const now = await timeOfAws(iam);
  return new Date(now - (now % 1000));
}

/** AWS's time in milliseconds since the epoch; this machine's time where AWS does not answer. */
async function timeOfAws(iam: IAMClient): Promise<number> {
  const time = notingTime(iam);
  try {
    await iam.send(new GetAccountSummaryCommand({}));
  } catch {
    // The caller's next call fails as well, and its error tells why.
  }
  return time() ?? Date.now();
}
