import type { Stack } from "@pulumi/pulumi/automation/index.js";

import { accountsOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { Progress } from "../terminal/progress.ts";
import { type Change, RunRecord } from "./changes.ts";
import { explainEngine } from "./explain.ts";
import { cancellable } from "./interrupt.ts";

/** What a finished run has done, or what a preview says that it would do. */
export interface RunResult {
  changes: Change[];
  unchanged: number;
  seconds: number;
}

export interface RunOptions {
  project: Project;
  settings: Settings;
  /** Resources that are known to be deleted, for the count. */
  deletions?: number;
  /** Pass the engine's own output on to stderr. */
  verbose: boolean;
}

/** Operations at once. More are no faster with a handful of accounts, and IAM throttles early. */
const parallel = 16;

export function runUp(stack: Stack, options: RunOptions): Promise<RunResult> {
  return run("Applying", options, (engine) => stack.up({ ...engine, parallel }));
}

export function runPreview(stack: Stack, options: RunOptions): Promise<RunResult> {
  return run("Previewing", options, (engine) => stack.preview({ ...engine, parallel }));
}

/** Reads every resource back from AWS into the state; the changes are the drift. */
export function runRefresh(stack: Stack, options: RunOptions): Promise<RunResult> {
  return run("Reading back", options, (engine) => stack.refresh({ ...engine, parallel }));
}

/** Deletes everything, the service control policy first. The program runs, because its hooks empty the users. */
export function runDestroy(stack: Stack, options: RunOptions): Promise<RunResult> {
  return run(deleting, options, (engine) => stack.destroy({ ...engine, parallel, runProgram: true }));
}

const deleting = "Deleting";

type EngineOptions = Pick<
  Parameters<Stack["up"]>[0] & object,
  "onEvent" | "onOutput" | "onError" | "signal" | "color" | "suppressProgress"
>;

async function run(
  title: string,
  { project, settings, deletions = 0, verbose }: RunOptions,
  call: (engine: EngineOptions) => Promise<unknown>,
): Promise<RunResult> {
  // The program runs in a `destroy`, too, and registers everything once more before it is deleted.
  const record = new RunRecord(title !== deleting);
  const progress = new Progress(title, expectedResources(settings) + deletions, accountNames(settings));
  const pass = (text: string): void => {
    if (verbose) process.stderr.write(text);
  };
  let interrupted = false;
  try {
    await cancellable(
      () => {
        interrupted = true;
        progress.note("Cancelling: what is under way is being finished. Press Ctrl-C again to stop at once.");
      },
      (signal) =>
        call({
          onEvent: (event) => {
            const before = record.finished;
            const change = record.add(event);
            if (record.finished > before) progress.advance(change);
          },
          onOutput: pass,
          onError: pass,
          color: "never",
          suppressProgress: true,
          signal,
        }),
    );
  } catch (error) {
    record.close();
    progress.end();
    throw failureOf(record, interrupted, project, error);
  }
  record.close();
  return { changes: record.changes, unchanged: record.finished - record.changes.length, seconds: progress.end() };
}

function failureOf(record: RunRecord, interrupted: boolean, project: Project, error: unknown): unknown {
  const again = `Run mfa-admin up --stack ${project.stack} to go on from there.`;
  if (interrupted) {
    return new Failure(
      `Cancelled after ${record.changes.length} of the changes; the state knows what was done.`,
      again,
      { cause: error },
    );
  }
  if (record.failures.length > 0) {
    const lines = record.failures.map(
      ({ account, operation, type, name, message }) => `  ${account}: ${operation} ${type} ${name}: ${message}`,
    );
    const done = record.changes.length > 0 ? ` ${record.changes.length} other changes were made.` : "";
    const count = record.failures.length === 1 ? "One resource" : `${record.failures.length} resources`;
    return new Failure(`${count} could not be changed.${done}\n${lines.join("\n")}`, again, { cause: error });
  }
  const explained = explainEngine(error, project);
  if (record.errors.length > 0 && explained instanceof Failure && explained.message.startsWith("The Pulumi engine")) {
    return new Failure(record.errors.join("\n"), again, { cause: error });
  }
  return explained;
}

/** The service control policy, the group and its policy, the users and their roles. */
function expectedResources(settings: Settings): number {
  return 3 + resourcesOf(settings, Object.keys(settings.developers));
}

/** A user each, and their roles. */
export function resourcesOf(settings: Settings, userNames: string[]): number {
  return userNames.reduce((sum, name) => sum + 1 + accountsOf(settings, name).length, 0);
}

function accountNames(settings: Settings): string[] {
  return ["management", "auth", ...Object.keys(settings.developmentAccounts)];
}
