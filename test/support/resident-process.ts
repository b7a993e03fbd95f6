/** The process behind {@link ResidentCli}: it receives a command from its parent, runs it, and waits for the next. */
import crypto from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";

import { externalDataInterceptor } from "@smithy/shared-ini-file-loader";

import { type Command, isCommand } from "./message.ts";
import { OwnModules } from "./own-modules.ts";

const root = new URL("../../", import.meta.url);
const program = new URL("bin/run.js", root);
const main = fileURLToPath(new URL("dist/bin/main.js", root));
const [, , directory = ""] = process.argv;

// The CLI's own modules are evaluated anew in every run, with their variables; only packages stay loaded.
const modules = new OwnModules(directory);

/** The AWS configuration files that the SDK has read in this run, by their paths. */
const awsFiles = new Map<string, Promise<string>>();

readAwsFilesOnceInARun();
rememberDerivedKeys();
process.on("message", (command) => {
  if (isCommand(command)) void perform(command);
});
process.once("disconnect", () => process.exit());

async function perform({ args, cwd, env, mark }: Command): Promise<void> {
  modules.forget();
  awsFiles.clear();
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  process.argv.splice(1, Infinity, program.pathname, ...args);
  process.exitCode = undefined;
  const before = listeners();
  const readers = process.stdout.rawListeners("error");
  const { main: run } = modules.load(main) as typeof import("../../bin/main.js");
  await run(program.href);
  // These listeners are oclif's, part of which is in our modules.
  for (const listener of process.stdout.rawListeners("error") as (() => void)[]) {
    if (!readers.includes(listener)) process.stdout.removeListener("error", listener);
  }
  for (const [event, all] of listeners()) {
    for (const listener of all.filter((one) => !before.get(event)?.includes(one))) {
      process.removeListener(event, listener);
      if (event === "exit") listener.call(process, exitStatus());
    }
  }
  const status = exitStatus();
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.write(`${mark}${status}${mark}`)) await once(stream, "drain");
  }
}

const exitStatus = (): number => Number(process.exitCode ?? 0);

/** The listeners of this process, by event. */
function listeners(): Map<string | symbol, ((...args: unknown[]) => void)[]> {
  return new Map(
    process.eventNames().map((event) => [event, process.rawListeners(event) as ((...args: unknown[]) => void)[]]),
  );
}

/** Has the AWS SDK read a configuration file once in each run, where it would do so once in a process. */
function readAwsFilesOnceInARun(): void {
  const read = (path: string): Promise<string> => {
    const reading = awsFiles.get(path) ?? readFile(path, "utf8");
    awsFiles.set(path, reading);
    return reading;
  };
  // The SDK looks for a file's content in this object before it reads the file.
  const contents = new Proxy({}, { get: (_, path) => (typeof path === "string" ? read(path) : undefined) });
  Object.setPrototypeOf(externalDataInterceptor.getFileRecord(), contents);
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
