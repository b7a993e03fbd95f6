import Table from "cli-table3";
import stringWidth from "fast-string-width";

import { isTerminal } from "./stream.ts";

/** The table has no lines: columns are separated by spaces. */
const chars: Record<string, string> = { middle: " " };
for (const side of ["top", "bottom", "left", "right", "mid"]) {
  for (const name of [side, `${side}-mid`, `${side}-left`, `${side}-right`, `left-${side}`, `right-${side}`]) {
    chars[name] = "";
  }
}

/**
 * A plain table without lines: a row of headings, then the rows. On a terminal it fits the width: its widest columns break between words,
 * and where that is not enough, each row becomes a list.
 *
 * @param stream the output for which the table is made
 */
export function plainTable(
  head: string[],
  rows: string[][],
  stream: { isTTY?: boolean; columns?: number } = process.stdout,
): string {
  const room = isTerminal(stream) && stream.columns ? stream.columns : Infinity;
  const columns = head.map((title, index) => [title, ...rows.map((row) => row[index] ?? "")]);
  const widths = fittedWidths(columns, room);
  if (widths === undefined) return rows.map((row) => listOf(head, row)).join("\n");
  const style = { head: [], border: [], "padding-left": 0, "padding-right": 1 };
  const table = new Table({ head, chars, style, wordWrap: true, colWidths: widths.map((width) => width + 1) });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The widths of columns that fit side by side, two spaces apart; undefined where a word would have to be broken. */
function fittedWidths(columns: string[][], room: number): number[] | undefined {
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => stringWidth(cell))));
  const least = columns.map((cells) =>
    Math.max(...cells.flatMap((cell) => cell.split(" ").map((word) => stringWidth(word)))),
  );
  const total = (): number => widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1));
  while (total() > room) {
    const broad = widths.map((width, index) => (width > (least[index] ?? 0) ? width : 0));
    const broadest = Math.max(...broad);
    if (broadest === 0) return undefined;
    widths[broad.indexOf(broadest)] = broadest - 1;
  }
  return widths;
}

function listOf([, ...head]: string[], [first = "", ...cells]: string[]): string {
  const width = Math.max(...head.map((title) => stringWidth(title)));
  return [first, ...cells.map((cell, index) => `  ${(head[index] ?? "").padEnd(width)}  ${cell}`)].join("\n");
}
