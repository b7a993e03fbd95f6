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
 * What a refusal says of the clock; nothing, where it is about something else.
 *
 * @returns how far AWS's clock is ahead of this machine's, in milliseconds; not a number, where AWS has not told
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
