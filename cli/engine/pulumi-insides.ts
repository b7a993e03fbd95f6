/**
 * What reaches into Pulumi's insides to make it faster: modules that are put off, reports that nobody reads, and call stacks that
 * nobody sees. Its tests say what each relies on. To be imported ahead of Pulumi.
 */
import { createRequire, Module } from "node:module";

import type { Stack } from "@pulumi/pulumi/automation/index.js";

const require = createRequire(import.meta.url);
const pulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));

// Pulumi loads the TypeScript compiler and npm's dependency resolver at once, for programs that carry functions into the cloud
// (dynamic providers, Lambda callbacks). Ours has none, and the two are more than half of Pulumi's own loading time and memory.
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

/** Does something while Pulumi takes down no call stack at every promise that it makes: a tenth of a run's time and memory. */
export async function withoutCallStacks<T>(act: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await act();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
