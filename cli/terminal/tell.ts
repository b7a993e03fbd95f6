import { wrapAnsi } from "fast-wrap-ansi";
import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";

import { isTerminal } from "./stream.ts";

/** Where a person reads: another place than stderr while `tellingOn` says so. */
let place: WriteStream | undefined;

/** Tells a person something on stderr, which leaves stdout to results. */
export function tell(text: string): void {
  const stream = place ?? process.stderr;
  stream.write(`${wrapped(text, stream)}\n`);
}

/** Has all that is told meanwhile told on a terminal itself: stderr is kept by the program that runs this. */
export async function tellingOn<T>(terminal: WriteStream, act: () => Promise<T>): Promise<T> {
  place = terminal;
  try {
    return await act();
  } finally {
    place = undefined;
  }
}

/**
 * A text whose lines break between words where a terminal ends, and go on below where they began: after the indentation, the
 * mark or the label. A command stays on its line, however long, so that it can be copied. What is for no terminal stays as
 * it is.
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

/** Where so many characters that are seen come before. */
function indexOfColumn(line: string, column: number): number {
  let index = 0;
  for (let seen = 0; seen < column; seen++) {
    index += /^(?:\u001b\[[\d;]*m)*/.exec(line.slice(index))?.[0].length ?? 0;
    index++;
  }
  return index;
}
