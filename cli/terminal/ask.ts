import { closeSync, openSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { ReadStream, WriteStream } from "node:tty";

import { Declined, Failure } from "../failure.ts";
import { isFew } from "../accounts-text.ts";
import { isTerminal } from "./stream.ts";
import { tellingOn, wrapped } from "./tell.ts";

/** Whether questions can be asked: on a terminal only, and on stderr, so that stdout has results alone. */
export function canAsk(): boolean {
  return "input" in context || (isTerminal(process.stdin) && isTerminal(process.stderr));
}

interface PromptContext {
  input?: ReadStream;
  output: NodeJS.WritableStream;
  /** Aborted at the end of the input. */
  signal?: AbortSignal;
}

let context: PromptContext = { output: process.stderr };

/** Whether this process has a controlling terminal, even if its own streams lead elsewhere. */
export function hasTerminal(): boolean {
  const terminal = openTerminal();
  if (terminal !== undefined) closeSync(terminal);
  return terminal !== undefined;
}

/** Asks all questions of `act` on the controlling terminal; without one, on this process's streams as usual. */
export async function onTerminal<T>(act: () => Promise<T>): Promise<T> {
  const terminal = openTerminal();
  if (terminal === undefined) return act();
  const input = new ReadStream(terminal);
  const output = new SharedOutput(terminal);
  context = { input, output };
  try {
    return await tellingOn(output, act);
  } finally {
    context = { output: process.stderr };
    await Promise.all([input[Symbol.asyncDispose](), output[Symbol.asyncDispose]()]);
  }
}

/** An output that stays open: a prompt ends its output, which the next one needs again. */
class SharedOutput extends WriteStream {
  override end(): this {
    return this;
  }
}

/**
 * Asks one question. At the end of the input, by Ctrl-D or with the terminal, the prompt would wait for ever: it is interrupted as by
 * Ctrl-C.
 */
async function asked<T>(prompt: (context: PromptContext) => Promise<T>): Promise<T> {
  const input = context.input ?? process.stdin;
  const over = new AbortController();
  // Readline pauses its input when it closes, but also when the process continues after Ctrl-Z; then the terminal is raw again.
  const onPause = (): void => {
    setImmediate(() => {
      if (input.isRaw) input.resume();
      else over.abort();
    });
  };
  input.on("pause", onPause);
  if (input.readableEnded) over.abort();
  try {
    return await prompt({ ...context, signal: over.signal });
  } finally {
    input.off("pause", onPause);
  }
}

/** Opens the controlling terminal of this process (POSIX, "General Terminal Interface"); undefined where there is none. */
function openTerminal(): number | undefined {
  try {
    return openSync("/dev/tty", "r+");
  } catch {
    return undefined;
  }
}

/** Asks for confirmation of a change. `--yes` answers the question, and is required without a terminal. */
export async function confirmChange(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  requireConfirmable(yes);
  const { confirm } = await import("@inquirer/prompts");
  await dropTyped();
  const isMeant = await asked((on) => confirm({ message: asQuestion(question), default: false }, on));
  if (!isMeant) throw new Declined();
}

/** Asks for the name of the stack to be typed, before an operation that cannot be undone. */
export async function confirmByName(warning: string, name: string, yes: boolean): Promise<void> {
  if (yes) return;
  requireConfirmable(yes);
  await dropTyped();
  const typed = await askText(`${warning} Type the stack's name to go on:`, () => true);
  if (typed !== name) throw new Declined(`"${typed}" is not the stack's name.`);
}

/** Refuses a change that could not be confirmed later, before any work is done. */
export function requireConfirmable(yes: boolean): void {
  if (yes || canAsk()) return;
  throw new Failure("This has to be confirmed, and there is no terminal to ask on.", "Add --yes.");
}

/** Drops keys that were typed before the question was shown: they are no answer to it. */
async function dropTyped(): Promise<void> {
  const stdin = context.input ?? process.stdin;
  const typed: (Buffer | string)[] = [];
  const drop = (keys: Buffer | string): void => void typed.push(keys);
  // In raw mode, since otherwise a line without its end would be held back.
  stdin.setRawMode(true).on("data", drop).resume();
  await setTimeout(20);
  stdin.off("data", drop).pause().setRawMode(false);
  // In raw mode Ctrl-C and Ctrl-D arrive as keys, too.
  if (typed.some((keys) => keys.includes("\x03") || keys.includes("\x04"))) throw new Declined();
}

/** Asks for a text; only called when `canAsk()`. */
export async function askText(
  message: string,
  validate: (value: string) => true | string | Promise<true | string>,
  initial?: string,
): Promise<string> {
  const { input } = await import("@inquirer/prompts");
  // A refused text is cleared, and typed again from its beginning.
  const theme = { validationFailureMode: "clear" } as const;
  const config = { message: asQuestion(message), validate, theme, ...(initial !== undefined && { default: initial }) };
  return asked((on) => input(config, on));
}

/** Asks for a secret; what is typed is not shown. */
export async function askSecret(
  message: string,
  validate?: (value: string) => Promise<true | string>,
): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  await dropTyped();
  return asked((on) => password({ message: asQuestion(message), mask: true, ...(validate && { validate }) }, on));
}

export interface Choice {
  name: string;
  /** The text that is shown once the choice is made. */
  short?: string;
  value: string;
  checked?: boolean;
  disabled?: string | false;
}

export async function chooseOne(message: string, choices: Choice[]): Promise<string> {
  const { select } = await import("@inquirer/prompts");
  return asked((on) => select({ message: asQuestion(message), choices, pageSize: room() }, on));
}

export async function chooseSome(
  message: string,
  choices: Choice[],
  { required = true }: { required?: boolean } = {},
): Promise<string[]> {
  const { checkbox } = await import("@inquirer/prompts");
  const renderSelectedChoices = (chosen: readonly { short: string }[]): string =>
    isFew(chosen.length) ? chosen.map(({ short }) => short).join(", ") : `${chosen.length} of ${choices.length}`;
  const theme = { style: { renderSelectedChoices } };
  const config = { message: asQuestion(message), choices, required, pageSize: room(), theme };
  return asked((on) => checkbox(config, on));
}

/** The number of choices that are shown at a time, leaving room for the question. */
function room(): number {
  const { rows = 24 } = context.output as Partial<WriteStream>;
  return Math.max(7, rows - 6);
}

/** A question, wrapped for the space between its prefix and the answer. */
function asQuestion(question: string): string {
  const { columns = 80 } = context.output as Partial<WriteStream>;
  return wrapped(question, { isTTY: true, columns: columns - 12 }).replaceAll("\n", "\n  ");
}
