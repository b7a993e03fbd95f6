import type { Missed } from "../results/missed.ts";
import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";

/** The lines for what could not be read: for each the reason, and the remedy below it. */
export function missedLines(missed: Missed[], stream: NodeJS.WriteStream): string[][] {
  return missed.map(({ what, reason, remedy }) => [
    `${styled("yellow", "!", stream)} Not looked at: ${what}. ${oneLine(reason)}`,
    `  ${remedy}`,
  ]);
}
