import { closeSync, openSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { ReadStream, WriteStream } from "node:tty";

import { Declined, Failure } from "../failure.ts";
import { isFew } from "../accounts-text.ts";
import { isTerminal } from "./stream.ts";
import { tellingOn, wrapped } from "./tell.ts";

/** Questions are asked on a terminal only, and on stderr, so that stdout stays clean. */
export function canAsk(): boolean {
  return "input" in context || (isTerminal(process.stdin) && isTerminal(process.stderr));
}

interface PromptContext {
  input?: ReadStream;
  output: NodeJS.WritableStream;
  /** Aborted when the input is over. */
  signal?: AbortSignal;
}

let context: PromptContext = { output: process.stderr };

/** Whether this process belongs to a terminal, even if its own streams lead elsewhere. */
export function hasTerminal(): boolean {
  const terminal = openTerminal();
  if (terminal !== undefined) closeSync(terminal);
  return terminal !== undefined;
}

/** Has every question asked on the terminal that this process belongs to; where there is none, as ever. */
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

/** A prompt ends what it has written to, and the next one needs it again. */
class SharedOutput extends WriteStream {
  override end(): this {
    return this;
  }
}

/**
 * Asks one question. Where the input is over, by Ctrl-D or with the terminal, the prompt would never be answered: then it is
 * interrupted, as by Ctrl-C.
 */
async function asked<T>(prompt: (context: PromptContext) => Promise<T>): Promise<T> {
  const input = context.input ?? process.stdin;
  const over = new AbortController();
  // Readline pauses its input when it closes, and also when the process goes on after Ctrl-Z: then the terminal is raw again.
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

/** The terminal by which a process is controlled, be its streams what they may (POSIX, "General Terminal Interface"). */
function openTerminal(): number | undefined {
  try {
    return openSync("/dev/tty", "r+");
  } catch {
    return undefined;
  }
}

/** Asks before a change; `--yes` answers, and without a terminal it has to. */
export async function confirmChange(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  requireConfirmable(yes);
  const { confirm } = await import("@inquirer/prompts");
  await dropTyped();
  const isMeant = await asked((on) => confirm({ message: asQuestion(question), default: false }, on));
  if (!isMeant) throw new Declined();
}

/** Asks for the name of the stack to be typed, before what cannot be undone. */
export async function confirmByName(warning: string, name: string, yes: boolean): Promise<void> {
  if (yes) return;
  requireConfirmable(yes);
  await dropTyped();
  const typed = await askText(`${warning} Type the stack's name to go on:`, () => true);
  if (typed !== name) throw new Declined(`"${typed}" is not the stack's name.`);
}

/** Refuses early, before any work is done, what could not be confirmed later. */
export function requireConfirmable(yes: boolean): void {
  if (yes || canAsk()) return;
  throw new Failure("This has to be confirmed, and there is no terminal to ask on.", "Add --yes.");
}

/** Drops what was typed before a question was there to be read: it is no answer to it. */
async function dropTyped(): Promise<void> {
  const stdin = context.input ?? process.stdin;
  const typed: (Buffer | string)[] = [];
  const drop = (keys: Buffer | string): void => void typed.push(keys);
  // Raw, or a line that has not been ended yet would be kept back.
  stdin.setRawMode(true).on("data", drop).resume();
  await setTimeout(20);
  stdin.off("data", drop).pause().setRawMode(false);
  // Ctrl-C and Ctrl-D are keys of these, too, as long as the terminal is raw.
  if (typed.some((keys) => keys.includes("\x03") || keys.includes("\x04"))) throw new Declined();
}

/** Asks for a text; only called when `canAsk()`. */
export async function askText(
  message: string,
  validate: (value: string) => true | string | Promise<true | string>,
  initial?: string,
): Promise<string> {
  const { input } = await import("@inquirer/prompts");
  // What was refused is typed anew, not behind the old.
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
  /** What is left of it once it is chosen. */
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

/** How many choices are shown at a time: as many as leave room for the question. */
function room(): number {
  const { rows = 24 } = context.output as Partial<WriteStream>;
  return Math.max(7, rows - 6);
}

/** A question as the terminal takes it, between the mark before it and what is typed behind it. */
function asQuestion(question: string): string {
  const { columns = 80 } = context.output as Partial<WriteStream>;
  return wrapped(question, { isTTY: true, columns: columns - 12 }).replaceAll("\n", "\n  ");
}
