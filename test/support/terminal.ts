import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { setTimeout as pause } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

import type { Sandbox } from "../sandbox/index.ts";

/** The time limit of a command. No command takes a tenth of this unless it hangs. */
export const limitMilliseconds = 90_000;

export interface Size {
  cols: number;
  rows: number;
}

/** The CLI on a pseudo-terminal. */
export class Terminal {
  /** The output so far, without colours and cursor movements. */
  get screen(): string {
    return stripVTControlCharacters(this.#output);
  }

  /** The lines on the screen and in the scrollback, without text that was overwritten. */
  async lines(): Promise<string[]> {
    const lines = (await this.#buffer()).map((line) => line.translateToString(true));
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  /** Lines that the terminal itself had to wrap at its edge. */
  async broken(): Promise<string[]> {
    return (await this.#buffer()).filter(({ isWrapped }) => isWrapped).map((line) => line.translateToString(true));
  }

  async #buffer() {
    await new Promise<void>((resolve) => {
      this.#display.write("", resolve);
    });
    const { active } = this.#display.buffer;
    return Array.from({ length: active.length }, (_, index) => active.getLine(index)).filter(
      (line) => line !== undefined,
    );
  }

  #output = "";
  readonly #display: InstanceType<typeof xterm.Terminal>;
  #seen = 0;
  readonly #process: ReturnType<typeof spawn>;
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<number>;
  #status: number | undefined;

  constructor(
    [command = "", ...args]: string[],
    cwd: string,
    env: Record<string, string>,
    print: (text: string) => void,
    // Wider than any sentence, so that a sentence is found in one piece.
    { cols, rows }: Size = { cols: 1000, rows: 50 },
  ) {
    this.#display = new xterm.Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true });
    this.#process = spawn(command, args, { cwd, env: { ...env, TERM: "xterm" }, cols, rows });
    this.#process.onData((text) => {
      this.#output += text;
      this.#display.write(text);
      print(text);
      for (const check of this.#waiting) check();
    });
    this.#ended = new Promise((resolve) => {
      this.#process.onExit(({ exitCode }) => {
        this.#status = exitCode;
        resolve(exitCode);
        for (const check of this.#waiting) check();
      });
    });
  }

  /** Waits for a text that has not been waited for before. */
  waitFor(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        end();
      };
      const fail = (reason: string): void => {
        settle(() => {
          reject(new Error(`${reason} before ${JSON.stringify(text)}:\n${this.screen}`));
        });
      };
      const check = (): void => {
        const at = this.screen.indexOf(text, this.#seen);
        if (at >= 0) {
          this.#seen = at + text.length;
          settle(resolve);
        } else if (this.#status !== undefined) {
          fail(`ended with ${this.#status}`);
        }
      };
      const timer = setTimeout(() => {
        fail("nothing more came");
      }, limitMilliseconds);
      this.#waiting.add(check);
      check();
    });
  }

  type(text: string): void {
    this.#process.write(text);
  }

  enter(text = ""): void {
    this.#process.write(`${text}\r`);
  }

  ctrlC(): void {
    this.#process.write("\x03");
  }

  /** Sends a signal to the process that was started, as another program would. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.#process.pid, signal);
  }

  /** The exit code. */
  async ended(): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`it does not end:\n${this.screen}`));
      }, limitMilliseconds);
    });
    try {
      return await Promise.race([this.#ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  kill(): void {
    if (this.#status === undefined) killGroup(this.#process.pid);
  }
}

/** Kills the process group of a process that leads it. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has ended already.
  }
}

/** Presses Ctrl-C while a command waits for AWS's answer to an action, whose connections are cut, so that the SDK asks again. */
export async function interruptedIn(
  { sandbox }: { sandbox: Sandbox },
  action: string,
  terminal: Terminal,
): Promise<void> {
  const from = sandbox.requests.length;
  sandbox.injectFault({ action, code: "cut", cutConnection: true, times: Infinity });
  while (!sandbox.requests.slice(from).some((request) => request.action === action)) await pause(5);
  terminal.ctrlC();
  await terminal.ended();
  sandbox.clearFaults();
}
