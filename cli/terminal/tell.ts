import { wrapAnsi } from "fast-wrap-ansi";
import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";

import { isTerminal } from "./stream.ts";
import { withoutCommands } from "./workflow-commands.ts";

/** The terminal that `tellingOn` has chosen in place of stderr. */
let place: WriteStream | undefined;

/** Tells a person something on stderr, which leaves stdout to results. */
export function tell(text: string): void {
  const stream = place ?? process.stderr;
  stream.write(`${withoutCommands(wrapped(text, stream))}\n`);
}

/** Prints messages of `act` on a terminal: the calling program captures stderr. */
export async function tellingOn<T>(terminal: WriteStream, act: () => Promise<T>): Promise<T> {
  place = terminal;
  try {
    return await act();
  } finally {
    place = undefined;
  }
}

/**
 * A text whose lines break between words at the terminal's width. The rest of a line is aligned with its text: after the indentation, the
 * mark or the label. A command is never broken, so that it can be copied. For other streams the text is unchanged.
 */
export function wrapped(text: string, stream: { isTTY?: boolean; columns?: number }): string {
  const { columns } = stream;
  if (!isTerminal(stream) || !columns) return text;
  return text
    .split("\n")
    .map((line) => wrappedLine(line, columns))
    .join("\n");
}

const indentation = /^ *(?:(?:[!+~±-]|\d+\.|Error:|Note:|Next:) +)?(?:[\w.-]+:\d+: )?/;
const columnsBefore = /^.*\S {2,}(?=\S)/;
const command = /^ *(?:\$|aws|gh|mfa-admin) /;

function wrappedLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  // A character takes two columns at most.
  if (plain.length * 2 <= columns || command.test(plain)) return line;
  const half = plain.slice(0, columns / 2);
  const hang = (columnsBefore.exec(half) ?? indentation.exec(half))?.[0].length ?? 0;
  const start = indexOfColumn(line, hang);
  const rest = wrapAnsi(line.slice(start), columns - hang, { hard: false, trim: true });
  return line.slice(0, start) + rest.replaceAll("\n", `\n${" ".repeat(hang)}`);
}

/** The index in a line at which a column begins: escape sequences take no column. */
function indexOfColumn(line: string, column: number): number {
  let index = 0;
  for (let seen = 0; seen < column; seen++) {
    index += /^(?:\u001b\[[\d;]*m)*/.exec(line.slice(index))?.[0].length ?? 0;
    index++;
  }
  return index;
}
