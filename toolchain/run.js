/** Runs other programs: found on PATH, their output read line by line, and stopped together with this one. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * @typedef {object} Options
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment
 * @property {number} [timeout] milliseconds after which the program is stopped
 * @property {AbortSignal} [signal] stops the program
 * @property {(line: string) => void} [onLine] each line of stdout and stderr, as it comes
 */

/** @typedef {{ ok: boolean, stdout: string, tail: string }} Result `tail`: the last lines of stdout and stderr together */

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
let stopping = false;

/**
 * @param {string} name
 * @returns {string | undefined} the program's path
 */
export function which(name) {
  const directories = (process.env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/**
 * Never rejects: a program that can not be started, or is stopped, has failed.
 * @param {string} program
 * @param {string[]} args
 * @param {Options} options
 * @returns {Promise<Result>}
 */
export function run(program, args, { cwd, env, timeout, signal, onLine } = {}) {
  return new Promise((resolve) => {
    // A process group of its own, so that stopping it reaches what it has started itself (npm's scripts, Go's compilers).
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);

    /** @type {string[]} */
    const stdout = [];
    /** @type {string[]} */
    const tail = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (stream === child.stdout) stdout.push(line);
        tail.push(line);
        if (tail.length > 15) tail.shift();
        onLine?.(line);
      });
    }

    const stopThis = () => {
      stop(child, "SIGTERM");
    };
    const timer = timeout === undefined ? undefined : setTimeout(stopThis, timeout);
    signal?.addEventListener("abort", stopThis, { once: true });
    /** @param {boolean} ok */
    const finish = (ok) => {
      running.delete(child);
      clearTimeout(timer);
      signal?.removeEventListener("abort", stopThis);
      // A program that stopAll() has stopped has no result.
      if (!stopping) resolve({ ok, stdout: stdout.join("\n"), tail: tail.join("\n") });
    };
    child.on("error", (error) => {
      tail.push(error.message);
      finish(false);
    });
    child.on("close", (code) => {
      finish(code === 0);
    });
  });
}

/** Stops all programs. Their results never come, so the caller must exit. */
export async function stopAll() {
  stopping = true;
  for (const child of running) stop(child, "SIGTERM");
  const patience = Date.now() + 3_000;
  while (running.size > 0 && Date.now() < patience) await sleep(20);
  for (const child of running) stop(child, "SIGKILL");
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function stop(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The process has ended meanwhile.
  }
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
