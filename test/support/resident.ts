import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { writeAsCommonJs } from "./common-js.ts";
import type { Result } from "./harness.ts";
import { hold } from "./hold.ts";
import { madeOnce } from "./made-once.ts";
import type { Command } from "./message.ts";
import { killGroup } from "./terminal.ts";

/** Variables that packages read once, when they are loaded: a process keeps their values from earlier runs. */
const readAtOnce = /^(?:FORCE_COLOR|NO_COLOR|NODE_\w+|TZ|GRPC_\w+|\w+_proxy|AWS_CA_BUNDLE)$/i;

/** Runs after which a process is replaced, since what packages keep of earlier runs fills its memory. */
const runsOfOneProcess = 150;

/**
 * A process that runs one command of the CLI after the other, as `bin/run.js` does. Starting Node and loading Pulumi and the AWS SDK takes
 * two thirds of a command's time; here it is done once for many commands. The CLI's own modules are evaluated anew for each command.
 */
export class ResidentCli {
  #process: ChildProcess | undefined;
  #runs = 0;
  #isBusy = false;

  /** Whether a run here equals one in a process of its own. */
  suits(changes: Record<string, string | undefined>): boolean {
    return !this.#isBusy && !Object.keys(changes).some((name) => readAtOnce.test(name));
  }

  /** @returns the command's output and its exit code, which is `null` where it did not end by itself */
  async run(args: string[], cwd: string, env: Record<string, string>, milliseconds: number): Promise<Result> {
    this.#isBusy = true;
    try {
      const modules = await madeOnce("the CLI's own modules as CommonJS", writeAsCommonJs);
      return await this.#runIn((this.#process ??= this.#start(modules, env)), { args, cwd, env }, milliseconds);
    } finally {
      this.#isBusy = false;
    }
  }

  async #runIn(child: ChildProcess, command: Omit<Command, "mark">, milliseconds: number): Promise<Result> {
    const timer = setTimeout(() => {
      if (child.pid !== undefined) killGroup(child.pid);
    }, milliseconds);
    const handles = [child, child.channel, child.stdout, child.stderr];
    hold(handles, true);
    try {
      return await perform(child, command);
    } finally {
      clearTimeout(timer);
      hold(handles, false);
      if (++this.#runs % runsOfOneProcess === 0) {
        if (child.connected) child.disconnect();
        this.#process = undefined;
      }
    }
  }

  /** @param modules the directory that {@link writeAsCommonJs} has filled */
  #start(modules: string, env: Record<string, string>): ChildProcess {
    const child = fork(join(import.meta.dirname, "resident-process.ts"), [modules], {
      env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    });
    child.once("exit", () => {
      if (this.#process === child) this.#process = undefined;
    });
    return child;
  }
}

async function perform(child: ChildProcess, command: Omit<Command, "mark">): Promise<Result> {
  const mark = `\0${randomUUID()}\0`;
  const [out, error] = [until(mark, child.stdout), until(mark, child.stderr)];
  child.send({ ...command, mark } satisfies Command);
  const [{ text: stdout, rest }, { text: stderr }] = await Promise.all([out, error]);
  if (rest !== undefined) return { status: Number(rest), stdout, stderr };
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return { status: child.exitCode, stdout, stderr };
}

/** The text before the first mark and that between it and the second; without a mark, all text until the process has ended. */
function until(mark: string, stream: Readable | null) {
  return new Promise<{ text: string; rest: string | undefined }>((resolve) => {
    const chunks: Buffer[] = [];
    const finish = (): void => {
      const [text = "", rest] = Buffer.concat(chunks).toString().split(mark);
      stream?.removeListener("data", read).removeListener("close", finish);
      resolve({ text, rest });
    };
    const read = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).toString().split(mark).length === 3) finish();
    };
    if (stream?.closed === true) finish();
    else stream?.on("data", read).once("close", finish);
  });
}
