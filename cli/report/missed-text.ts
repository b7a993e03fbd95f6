import type { Missed } from "../results/missed.ts";
import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";

/** What could not be looked at, and the remedy below it; lines for each. */
export function missedLines(missed: Missed[], stream: NodeJS.WriteStream): string[][] {
  return missed.map(({ what, reason, remedy }) => [
    `${styled("yellow", "!", stream)} Not looked at: ${what}. ${oneLine(reason)}`,
    `  ${remedy}`,
  ]);
}
