/** The process behind {@link ResidentCli}: it receives a command from its parent, runs it, and waits for the next. */
import crypto from "node:crypto";
import { once } from "node:events";
import { registerHooks, type ResolveFnOutput, syncBuiltinESMExports } from "node:module";

import { isOneOf } from "./resident.ts";

/** A command from the parent. */
interface Command {
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** The text that marks the end of the output, on stdout and on stderr. */
  mark: string;
}

const root = new URL("../../", import.meta.url);
const program = new URL("bin/run.js", root);
const own = new URL("dist/", root).href;
const packages = new URL("packages/", own).href;
let runs = 0;

// The CLI's own modules are loaded anew in every run, with their variables; only packages stay loaded. Where each module is stays the same.
const places = new Map<string, ResolveFnOutput>();
registerHooks({
  resolve(specifier, context, next) {
    const parent = context.parentURL?.replace(/\?run=\d+$/, "");
    const key = JSON.stringify([specifier, parent, context.conditions, context.importAttributes]);
    const resolved = places.get(key) ?? { ...next(specifier, context), shortCircuit: true };
    places.set(key, resolved);
    const isOwn = resolved.url.startsWith(own) && !resolved.url.startsWith(packages);
    return isOwn ? { ...resolved, url: `${resolved.url}?run=${runs}` } : resolved;
  },
});

// Pulumi writes the place of a resource's declaration into the state: the run's number must not be in it.
Error.prepareStackTrace = (error, sites) =>
  [String(error), ...sites.map((site) => `    at ${(site as { toString(): string }).toString()}`)]
    .join("\n")
    .replaceAll(/\?run=\d+/g, "");

rememberDerivedKeys();
process.on("message", (command) => {
  if (isOneOf<Command>(command, ["args", "cwd", "env", "mark"])) void perform(command);
});
process.once("disconnect", () => process.exit());

async function perform({ args, cwd, env, mark }: Command): Promise<void> {
  runs++;
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  process.argv.splice(1, Infinity, program.pathname, ...args);
  process.exitCode = undefined;
  const before = listeners();
  const readers = process.stdout.rawListeners("error");
  const { main } = (await import(new URL("bin/main.js", own).href)) as typeof import("../../bin/main.js");
  await main(program.href);
  const status = exitStatus();
  // These listeners are oclif's, which is loaded anew with the CLI's own modules.
  for (const listener of process.stdout.rawListeners("error") as (() => void)[]) {
    if (!readers.includes(listener)) process.stdout.removeListener("error", listener);
  }
  for (const [event, all] of listeners()) {
    for (const listener of all.filter((one) => !before.get(event)?.includes(one))) {
      process.removeListener(event, listener);
      if (event === "exit") listener.call(process, status);
    }
  }
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.write(`${mark}${status}${mark}`)) await once(stream, "drain");
  }
}

const exitStatus = (): number => Number(process.exitCode ?? 0);

/** The listeners that a process calls, or drops, when it ends. */
function listeners(): Map<string, ((...args: unknown[]) => void)[]> {
  const events = ["exit", "SIGINT", "SIGTERM", "SIGHUP", "uncaughtException", "unhandledRejection"];
  return new Map(events.map((event) => [event, process.rawListeners(event) as ((...args: unknown[]) => void)[]]));
}

/** Remembers keys that were derived from a passphrase: a million rounds always have the same result. */
function rememberDerivedKeys(): void {
  const { pbkdf2 } = crypto;
  const known = new Map<string, Buffer<ArrayBuffer>>();
  crypto.pbkdf2 = (password, salt, iterations, length, digest, done) => {
    const key = JSON.stringify([password, salt, iterations, length, digest]);
    const derived = known.get(key);
    if (derived !== undefined) {
      setImmediate(done, null, derived);
      return;
    }
    pbkdf2(password, salt, iterations, length, digest, (error, made) => {
      if (error === null) known.set(key, made);
      done(error, made);
    });
  };
  syncBuiltinESMExports();
}
