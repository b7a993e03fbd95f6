import type { Change, Operation } from "../engine/changes.ts";
import { isTerminal, styled } from "./stream.ts";

/** How each operation is marked: the sign reads without colour, too. */
const marks: Record<Operation, { sign: string; past: string; colour: "green" | "yellow" | "red" }> = {
  create: { sign: "+", past: "created", colour: "green" },
  update: { sign: "~", past: "updated", colour: "yellow" },
  replace: { sign: "±", past: "replaced", colour: "yellow" },
  delete: { sign: "-", past: "deleted", colour: "red" },
};

/** The sign of an operation, in its colour. */
export function changeMark(operation: Operation, stream: NodeJS.WriteStream): string {
  const { sign, colour } = marks[operation];
  return styled(colour, sign, stream);
}

/** One line per change, as progress shows it. */
export function changeLine(change: Change, stream: NodeJS.WriteStream, accountWidth = 0): string {
  const mark = changeMark(change.operation, stream);
  const properties = change.operation === "update" && change.properties ? ` (${change.properties.join(", ")})` : "";
  return `${mark} ${change.account.padEnd(accountWidth)}  ${change.type} ${change.name}${properties}`;
}

/** "3 created, 1 deleted, 12 unchanged" */
export function countsLine(changes: Change[], unchanged: number): string {
  const parts = (Object.keys(marks) as Operation[])
    .map((operation) => [changes.filter((change) => change.operation === operation).length, marks[operation].past])
    .filter(([count]) => count !== 0)
    .map(([count, past]) => `${count ?? 0} ${past ?? ""}`);
  return [...parts, `${unchanged} unchanged`].join(", ");
}

/**
 * What a long run is doing, on stderr: a line per finished change; between them, on a terminal, one line that is
 * rewritten with the count and the time, and elsewhere a line every ten seconds.
 */
export class Progress {
  private readonly stream = process.stderr;
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private readonly title: string;
  private total: number;
  private finished = 0;
  private written = Date.now();
  private readonly accountWidth: number;

  /** @param total the number of resources that the run will deal with, as far as is known */
  constructor(title: string, total: number, accounts: string[]) {
    this.title = title;
    this.total = total;
    this.accountWidth = Math.max(0, ...accounts.map((name) => name.length));
    this.timer = setInterval(() => {
      this.tick();
    }, 1000);
  }

  /** Notes that one resource is done with; a change is shown. */
  advance(change?: Change): void {
    this.finished++;
    if (change?.operation === "delete" && this.finished > this.total) this.total++;
    if (change === undefined) return;
    this.clearLine();
    const count = `(${this.finished}/${Math.max(this.total, this.finished)})`;
    this.stream.write(`  ${changeLine(change, this.stream, this.accountWidth)}  ${this.dim(count)}\n`);
    this.written = Date.now();
  }

  /** A remark between the lines of progress. */
  note(text: string): void {
    this.clearLine();
    this.stream.write(`${text}\n`);
    this.written = Date.now();
  }

  end(): number {
    clearInterval(this.timer);
    this.clearLine();
    return (Date.now() - this.started) / 1000;
  }

  private tick(): void {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const line = `${this.title}: ${this.finished} of ${Math.max(this.total, this.finished)} resources, ${seconds} s`;
    if (isTerminal(this.stream)) {
      this.clearLine();
      this.stream.write(`  ${this.dim(line)}`);
    } else if (Date.now() - this.written >= 10_000) {
      this.note(`  ${line}`);
    }
  }

  private clearLine(): void {
    if (isTerminal(this.stream)) this.stream.write("\r\x1b[2K");
  }

  private dim(text: string): string {
    return styled("dim", text, this.stream);
  }
}
