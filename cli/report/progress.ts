import type { Change } from "../results/change.ts";
import type { Operation } from "../changes/step.ts";
import { operations, operationWords } from "../changes/verbs.ts";
import { propertyWord } from "./phrases.ts";
import { isTerminal, styled } from "../terminal/stream.ts";
import { tell } from "../terminal/tell.ts";

/** The sign of an operation, in colour. */
export function changeMark(operation: Operation, stream: NodeJS.WriteStream): string {
  const { sign, colour } = operationWords[operation];
  return styled(colour, sign, stream);
}

/** One line per change, as progress shows it. */
export function changeLine(change: Change, stream: NodeJS.WriteStream, accountWidth = 0): string {
  const mark = changeMark(change.operation, stream);
  const { operation, properties, policies, account, type, name } = change;
  const words = [...properties.map(({ property }) => propertyWord(property)), ...policies.map(({ kind }) => kind)];
  const differing = operation === "update" && words.length > 0 ? ` (${[...new Set(words)].join(", ")})` : "";
  return `${mark} ${account.padEnd(accountWidth)}  ${type} ${name}${differing}`;
}

/** Counts of a run: "3 created, 1 deleted, 12 unchanged". */
export function countsLine(changes: Change[], unchanged: number): string {
  const parts = operations.flatMap((operation) => {
    const count = changes.filter((change) => change.operation === operation).length;
    return count === 0 ? [] : [`${count} ${operationWords[operation].is}`];
  });
  return [...parts, `${unchanged} unchanged`].join(", ");
}

/** The things that a run's progress counts, and their number, if it is known. */
export interface Counted {
  /** The plural noun: changes, resources, users. */
  what: string;
  total?: number | undefined;
}

/** Milliseconds between two lines where stderr is no terminal. */
const lineEvery = 10_000;

/**
 * The progress of a long run, on stderr: a line per finished change. In between, a terminal has a line with the count and the time that is
 * rewritten, and any other stderr gets a line every ten seconds.
 */
export class Progress {
  private readonly stream = process.stderr;
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private readonly title: string;
  private readonly counted: Counted;
  private finished = 0;
  private written: number;
  private readonly accountWidth: number;

  /** @param options.after milliseconds until the first line where there is no terminal */
  constructor(title: string, counted: Counted, accounts: string[], { after = lineEvery }: { after?: number } = {}) {
    this.written = Date.now() - lineEvery + after;
    this.title = title;
    this.counted = counted;
    this.accountWidth = Math.max(0, ...accounts.map((name) => name.length));
    this.timer = setInterval(() => {
      this.tick();
    }, 1000);
  }

  /** Counts one more as finished. */
  advance(): void {
    this.finished++;
  }

  /** Counts a change as finished, and prints it. */
  changed(change: Change): void {
    this.advance();
    this.clearLine();
    const count = this.total === undefined ? "" : `  ${this.dim(`(${this.finished}/${this.total})`)}`;
    tell(`  ${changeLine(change, this.stream, this.accountWidth)}${count}`);
    this.written = Date.now();
  }

  /** A remark between the lines of progress. */
  note(text: string): void {
    this.clearLine();
    tell(text);
    this.written = Date.now();
  }

  end(): number {
    clearInterval(this.timer);
    this.clearLine();
    return (Date.now() - this.started) / 1000;
  }

  private tick(): void {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const count = this.total === undefined ? `${this.finished}` : `${this.finished} of ${this.total}`;
    const line = `${this.title}: ${count} ${this.counted.what}, ${seconds} s`;
    if (isTerminal(this.stream)) {
      this.clearLine();
      // The line is cut, since a line that wraps could not be cleared.
      this.stream.write(`  ${this.dim(line.slice(0, this.stream.columns - 3))}`);
    } else if (Date.now() - this.written >= lineEvery) {
      this.note(`  ${line}`);
    }
  }

  /** The total; undefined where it is unknown, or has turned out wrong. */
  private get total(): number | undefined {
    const { total } = this.counted;
    return total === undefined || this.finished > total ? undefined : total;
  }

  private clearLine(): void {
    if (isTerminal(this.stream)) this.stream.write("\r\x1b[2K");
  }

  private dim(text: string): string {
    return styled("dim", text, this.stream);
  }
}

let isShown = false;

/** Shows progress after two seconds. Within another progress it shows nothing. */
export async function withProgress<T>(
  title: string,
  what: string,
  act: (advance: () => void) => Promise<T>,
): Promise<T> {
  if (isShown) return act(() => undefined);
  isShown = true;
  const progress = new Progress(title, { what }, [], { after: 2000 });
  try {
    return await act(() => {
      progress.advance();
    });
  } finally {
    progress.end();
    isShown = false;
  }
}
