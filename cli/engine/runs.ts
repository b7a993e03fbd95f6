import { accountsOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure, IncompleteRun } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { Progress } from "../terminal/progress.ts";
import type { Stack } from "./automation.ts";
import { type Change, RunRecord } from "./changes.ts";
import { EngineFailure, explainEngine } from "./explain.ts";
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
  return run("up", options, (engine) => withoutReports(stack).up({ ...engine, parallel }));
}

export function runPreview(stack: Stack, options: RunOptions): Promise<RunResult> {
  return run("preview", options, (engine) => stack.preview({ ...engine, parallel }));
}

/**
 * Reads every resource back from AWS into the state; the changes are the drift. It goes twice: the first pass of the
 * aws-native plugin puts what it finds where neither its own report nor `ignoreChanges` sees it (pulumi-aws-native#1796),
 * and an update after that would delete a console password that was made outside the stack.
 */
export async function runRefresh(stack: Stack, options: RunOptions): Promise<RunResult> {
  const pass = (): Promise<RunResult> =>
    run("refresh", options, (engine) => withoutReports(stack).refresh({ ...engine, parallel }));
  const [first, second] = [await pass(), await pass()];
  const seen = new Set(first.changes.map(identity));
  const later = second.changes.filter((change) => !seen.has(identity(change)));
  return {
    changes: [...first.changes, ...later],
    unchanged: first.unchanged - later.length,
    seconds: first.seconds + second.seconds,
  };
}

function identity({ account, type, name }: Change): string {
  return [account, type, name].join(" ");
}

/** Deletes everything, the service control policy first. The program runs, because its hooks empty the users. */
export function runDestroy(stack: Stack, options: RunOptions): Promise<RunResult> {
  return run("destroy", options, (engine) => withoutReports(stack).destroy({ ...engine, parallel, runProgram: true }));
}

/**
 * The stack, without the reports that the Automation API has the Pulumi CLI write after every run: the outputs, once more
 * with their secrets, and the history. The events have told by then all that is wanted here.
 */
function withoutReports(stack: Stack): Stack {
  const nothing = { value: () => Promise.resolve({}) };
  return Object.create(stack, { outputs: nothing, info: nothing }) as Stack;
}

type EngineCommand = "up" | "preview" | "refresh" | "destroy";

const words: Record<EngineCommand, { title: string; past: string }> = {
  up: { title: "Applying", past: "changed" },
  preview: { title: "Previewing", past: "previewed" },
  refresh: { title: "Reading back", past: "read back" },
  destroy: { title: "Deleting", past: "deleted" },
};

type EngineOptions = Pick<
  Parameters<Stack["up"]>[0] & object,
  "onEvent" | "onOutput" | "onError" | "signal" | "color" | "suppressProgress"
>;

async function run(
  command: EngineCommand,
  { project, settings, deletions = 0, verbose }: RunOptions,
  call: (engine: EngineOptions) => Promise<unknown>,
): Promise<RunResult> {
  // The program runs in a `destroy`, too, and registers everything once more before it is deleted.
  const record = new RunRecord(command !== "destroy");
  const changesAws = command === "up" || command === "destroy";
  const progress = new Progress(words[command].title, expectedResources(settings) + deletions, accountNames(settings));
  const pass = (text: string): void => {
    if (verbose) process.stderr.write(text);
  };
  let interrupted = false;
  const { stackTraceLimit } = Error;
  // Pulumi takes the call stack down at every promise it makes: a tenth of a run's time and memory, shown only to --verbose.
  if (!verbose) Error.stackTraceLimit = 0;
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
            // What a preview or a refresh finds is shown at its end.
            if (record.finished > before) progress.advance(changesAws ? change : undefined);
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
    throw failureOf(command, { record, interrupted, project, error });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  record.close();
  return { changes: record.changes, unchanged: record.finished - record.changes.length, seconds: progress.end() };
}

interface FailedRun {
  record: RunRecord;
  interrupted: boolean;
  project: Project;
  error: unknown;
}

function failureOf(command: EngineCommand, { record, interrupted, project, error }: FailedRun): unknown {
  const explained = explainEngine(error, project);
  const begun = interrupted || record.failures.length > 0 || record.errors.length > 0 || record.changes.length > 0;
  // A lock or a passphrase refuses the whole run, and says so better than the events.
  if (!begun || (explained instanceof Failure && !(explained instanceof EngineFailure))) return explained;
  const changesAws = command === "up" || command === "destroy";
  const message = interrupted ? interruption(record, changesAws) : troubles(command, record, explained);
  const again = `Run mfa-admin ${command} --stack ${project.stack} ${changesAws ? "to go on from there" : "again"}.`;
  return new (changesAws ? IncompleteRun : Failure)(message, again, { cause: error });
}

function interruption({ changes }: RunRecord, changesAws: boolean): string {
  if (!changesAws) return "Interrupted; nothing was changed in AWS.";
  return `Cancelled after ${changes.length === 1 ? "one change" : `${changes.length} changes`}; the state knows what was done.`;
}

/** What each resource failed for, else what the run failed for. */
function troubles(command: EngineCommand, { failures, errors, changes }: RunRecord, explained: unknown): string {
  if (failures.length === 0) return errors.length > 0 ? errors.join("\n") : (explained as Error).message;
  const count = failures.length === 1 ? "One resource" : `${failures.length} resources`;
  const made = command === "up" || command === "destroy" ? changes.length : 0;
  const done = made === 0 ? "" : made === 1 ? " One other change was made." : ` ${made} other changes were made.`;
  const lines = failures.map(
    ({ account, operation, type, name, message }) => `  ${account}: ${operation} ${type} ${name}: ${message}`,
  );
  return `${count} could not be ${words[command].past}.${done}\n${lines.join("\n")}`;
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
