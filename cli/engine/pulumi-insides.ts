/**
 * The three places at which time and memory are saved by what Pulumi's SDK is like inside. Nothing else goes by that. Where Pulumi
 * changes there, a run does all the same what it did, only slower: test/end-to-end/engine/pulumi-insides.test.ts says so.
 */
import { createRequire, Module } from "node:module";

import type { Stack } from "@pulumi/pulumi/automation/index.js";

const require = createRequire(import.meta.url);
const pulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));

/*
 * Two modules are put off until something asks for them. Pulumi loads the TypeScript compiler and npm's dependency resolver
 * at once, for programs that carry functions into the cloud (dynamic providers, Lambda callbacks). Ours has none, and the
 * two are more than half of Pulumi's own loading time and memory. This file is to be imported ahead of Pulumi.
 */
for (const id of ["./typescript-shim.js", "@npmcli/arborist"]) defer(id);

/** Lets `require` answer with a stand-in, which loads the module when the first of its properties is read. */
function defer(id: string): void {
  const path = pathOf(id);
  if (path === undefined || path in require.cache) return;
  const standIn = new Module(path);
  let loaded: Record<string | symbol, unknown> | undefined;
  const load = (): Record<string | symbol, unknown> => {
    if (require.cache[path] === standIn) Reflect.deleteProperty(require.cache, path);
    return pulumi(path) as Record<string | symbol, unknown>;
  };
  standIn.exports = new Proxy(
    {},
    // "__esModule" keeps compiled imports from copying all properties at once.
    { get: (_target, key) => key === "__esModule" || (loaded ??= load())[key] },
  );
  standIn.loaded = true;
  require.cache[path] = standIn;
}

/** Nothing where this version of Pulumi has no such module: then there is nothing to put off. */
function pathOf(id: string): string | undefined {
  try {
    return pulumi.resolve(id);
  } catch {
    return undefined;
  }
}

/**
 * The stack, without the reports that the Automation API has the Pulumi CLI write after every run: the outputs, once more
 * with their secrets, and the history. The events have told by then all that is wanted here.
 */
export function withoutReports(stack: Stack): Stack {
  const nothing = { value: () => Promise.resolve({}) };
  return Object.create(stack, { outputs: nothing, info: nothing }) as Stack;
}

/** Pulumi takes the call stack down at every promise it makes: a tenth of a run's time and memory, shown only to `--verbose`. */
export async function withoutStackTraces<T>(call: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await call();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
