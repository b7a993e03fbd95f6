/**
 * Changes to Pulumi's internals that make it faster: modules are loaded late, unread reports are skipped, and call stacks are not
 * recorded. The tests tell what each relies on. Import this file ahead of Pulumi.
 */
import { createRequire, Module } from "node:module";

import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

const require = createRequire(import.meta.url);
const pulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));

// Pulumi loads the TypeScript compiler and npm's dependency resolver at once, for programs that serialize functions (dynamic
// providers, Lambda callbacks). This program has none, and the two are more than half of Pulumi's loading time and memory.
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

/** The module's path; undefined where this version of Pulumi has no such module. */
function pathOf(id: string): string | undefined {
  try {
    return pulumi.resolve(id);
  } catch {
    return undefined;
  }
}

/**
 * The stack without the reports that the Automation API reads from the Pulumi CLI after every run: the outputs, once more with
 * their secrets, and the history. Callers need only the run's events.
 */
export function withoutReports(stack: Stack): Stack {
  const nothing = { value: () => Promise.resolve({}) };
  return Object.create(stack, { outputs: nothing, info: nothing }) as Stack;
}

/** Lets Pulumi's mocks register hooks: they say that they support hooks, but do not. Call it after `setMocks`. */
export function letMocksKnowHooks({ getMonitor }: { getMonitor: () => object | undefined }): void {
  const accept = (_request: unknown, callback: (error: null, response: object) => void): void => {
    callback(null, {});
  };
  Object.assign(getMonitor() ?? {}, { registerResourceHook: accept, registerErrorHook: accept });
}

/** Tells of each resource that a program registers with Pulumi's mocks, with all its options, which the mocks are not told. Call it after `setMocks`. */
export function watchMocks(
  { getMonitor }: { getMonitor: () => object | undefined },
  requested: (request: RegisterResourceRequest) => void,
): void {
  type Register = (request: RegisterResourceRequest, callback: unknown) => unknown;
  const monitor = getMonitor() as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requested(request);
    return register(request, callback);
  };
}

/** Runs `act` without recording call stacks, which Pulumi does for every promise: that takes a tenth of a run's time and memory. */
export async function withoutCallStacks<T>(act: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await act();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
