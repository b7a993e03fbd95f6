import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { watchMemory } from "./memory.ts";

/** A program as its user runs it: a script and its arguments. */
export interface Program {
  /** The interpreter of the script; Node by default. */
  interpreter?: string;
  script: string;
  args?: string[];
  cwd?: string;
  env?: Record<string, string>;
}

export interface Run {
  /** Wall time from the start of the process to its end. */
  seconds: number;
  /** Peak memory of the Node process itself (its maximum resident set size). */
  nodeMegabytes: number;
  /** CPU time of the process and all its descendants; undefined on systems other than Linux, where /proc is missing. */
  cpuSeconds: number | undefined;
  /** Peak memory of the process and all its descendants together; undefined on systems other than Linux, where /proc is missing. */
  treeMegabytes: number | undefined;
  stdout: string;
}

const reportUsage = fileURLToPath(new URL("report-usage.js", import.meta.url));

/**
 * Runs a program to its end, measures it from outside, and reports that on stderr.
 *
 * @throws Error with the program's output when the program fails
 */
export async function measure(program: Program): Promise<Run> {
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-bench-"));
  const usageFile = join(directory, "usage.json");
  try {
    const { seconds, treeMegabytes, stdout } = await run(program, ["--import", reportUsage], {
      MFA_ADMIN_BENCH_USAGE: usageFile,
    });
    const { maxRSS, treeSeconds } = JSON.parse(await readFile(usageFile, "utf8")) as {
      maxRSS: number;
      treeSeconds?: number;
    };
    console.error(`  ${basename(program.script)} ${(program.args ?? []).join(" ")}: ${seconds.toFixed(1)} s`);
    return { seconds, treeMegabytes, stdout, nodeMegabytes: maxRSS / 1024, cpuSeconds: treeSeconds };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Measures the wall time alone, in seconds, of programs so short that measuring their memory would distort it. */
export async function measureTime(program: Program): Promise<number> {
  return (await run(program, [], {}, false)).seconds;
}

/** Runs a program with further options of Node. @returns its standard output */
export async function outputOf(program: Program, nodeOptions: string[] = [], env = {}): Promise<string> {
  return (await run(program, nodeOptions, env)).stdout;
}

async function run(
  { interpreter = process.execPath, script, args = [], cwd, env = {} }: Program,
  nodeOptions: string[],
  moreEnv: Record<string, string>,
  memory = true,
): Promise<Omit<Run, "nodeMegabytes" | "cpuSeconds">> {
  const started = performance.now();
  const child = spawn(interpreter, [...nodeOptions, script, ...args], {
    cwd,
    env: { ...process.env, ...env, ...moreEnv },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout: string[] = [];
  const all: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      if (stream === child.stdout) stdout.push(text);
      all.push(text);
    });
  }
  const watch = memory && child.pid !== undefined ? watchMemory(child.pid) : undefined;
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  const treeMegabytes = watch?.stop();
  if (code !== 0) {
    throw new Error(`${[script, ...args].join(" ")} ended with status ${code ?? "?"}:\n${all.join("").slice(-4000)}`);
  }
  return { seconds, treeMegabytes, stdout: stdout.join("") };
}

/** A value for each of the two sides of a comparison. */
export interface Sides<T> {
  ours: T;
  bare: T;
}

/** The order of the two sides in a round. It alternates, so that a machine that slows down favours neither side. */
export function turns(round: number): (keyof Sides<unknown>)[] {
  return round % 2 === 0 ? ["ours", "bare"] : ["bare", "ours"];
}

/** Runs the two sides of a comparison by turns, so that other load of the machine affects both. */
export async function interleave<T>(
  rounds: number,
  ours: (round: number) => Promise<T>,
  bare: (round: number) => Promise<T>,
): Promise<Sides<T[]>> {
  const results: Sides<T[]> = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of turns(round)) results[side].push(await { ours, bare }[side](round));
  }
  return results;
}

/** The median of each side. */
export const medians = ({ ours, bare }: Sides<number[]>): Sides<number> => ({ ours: median(ours), bare: median(bare) });

/** Milliseconds until an answer, as at a distance from us-east-1, the region of IAM and Organizations. */
export const latencyOfAws = 50;

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("Nothing was measured.");
  return (low + high) / 2;
}
