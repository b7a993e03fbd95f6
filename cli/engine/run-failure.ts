import { Failure, type FailurePart } from "../failure.ts";
import { type Project, stackReference } from "../project/project.ts";
import type { Change } from "../results/change.ts";
import type { ResourceFailure, RunRecord } from "../changes/record.ts";
import { developerOf } from "../changes/resource.ts";
import { EngineFailure, explainEngine } from "./explain-engine.ts";

export type EngineCommand = "up" | "preview" | "refresh" | "destroy";

/** A run that failed or was interrupted. */
export interface FailedRun {
  command: EngineCommand;
  record: RunRecord;
  interrupted: boolean;
  /** The number of changes that the run was to make, where that is known. */
  total?: number | undefined;
  project: Project;
  error: unknown;
  /** The command that goes on after the failure, where it is not the run's own. */
  again?: string;
}

/** Further facts about a failed run. */
interface Besides {
  /** The changes of the runs before it. */
  earlier?: Change[];
  /** Flags without which the next `up` would refuse to go on. */
  consents?: string[];
  /** Sentences about what else has failed. */
  facts?: string[];
  /** Sentences about what else to do next. */
  next?: string[];
}

/** A run that had begun to change things and was not finished: the next run goes on from there. */
export class IncompleteRun extends Failure {
  readonly record: RunRecord;
  readonly interrupted: boolean;
  /** All changes, with those of the earlier runs that this one was to finish. */
  readonly changes: Change[];
  private readonly own: string;
  private readonly run: FailedRun;
  private readonly besides: Besides;

  constructor(message: string, run: FailedRun, besides: Besides = {}) {
    const { earlier = [], consents = [], facts = [], next = [] } = besides;
    const { record, interrupted, error } = run;
    const others = facts.map((fact) => ({ message: fact, setting: undefined }));
    super([message, ...facts].join("\n"), [remedyOf(run, consents), ...next].join(" "), {
      cause: error,
      // Without failed resources, the message is not split into parts.
      parts: record.failures.length === 0 ? [] : [...record.failures.map(partOf), ...others],
    });
    this.own = message;
    this.record = record;
    this.interrupted = interrupted;
    this.changes = [...earlier, ...record.changes];
    this.run = run;
    this.besides = besides;
  }

  /** The same failure with further facts, which the run itself does not know. */
  telling(besides: Besides): IncompleteRun {
    const next = [...(this.besides.next ?? []), ...(besides.next ?? [])];
    return new IncompleteRun(this.own, this.run, { ...this.besides, ...besides, next });
  }
}

/** The error for a failed run: how far it came, which resources failed and why, and what to do next. */
export function failureOf(run: FailedRun): unknown {
  const { command, record, interrupted, project, error } = run;
  const explained = explainEngine(error, project);
  const begun = interrupted || record.failures.length > 0 || record.errors.length > 0 || record.changes.length > 0;
  // The explained error of a lock or a wrong passphrase, which stop the whole run, is better than the events.
  if (!begun || (explained instanceof Failure && !(explained instanceof EngineFailure))) return explained;
  const message = interrupted ? interruption(run) : troubles(run, explained);
  if (changesAws(command)) return new IncompleteRun(message, run);
  // The remedy names no command: a preview may be a part of another command.
  return new Failure(message, withoutPlugin(message) ?? "Run the command again.", { cause: error });
}

/** The remedy where the engine has no plugin and could not download it; undefined for another message. */
function withoutPlugin(message: string): string | undefined {
  const [, name] = /download and install resource plugin '(?:pulumi-resource-)?([\w-]+)'/.exec(message) ?? [];
  if (name === undefined) return undefined;
  return `Run npm run setup in a checkout of mfa-admin, which builds it where Pulumi's downloads cannot be reached, or pulumi plugin install resource ${name} where they can.`;
}

function remedyOf({ command, record, project, again }: FailedRun, consents: string[]): string {
  const isTaken = record.failures.some(existsAlready);
  const all = new Set([...consents, ...(isTaken ? ["--adopt"] : [])]);
  const flags = ["--stack", stackReference(project), ...all].join(" ");
  return isTaken
    ? `Delete what is there already, or run mfa-admin up ${flags} to take it into the stack.`
    : `Run ${again ?? `mfa-admin ${command} ${flags}`} to go on from there.`;
}

/** A failed resource as a part of the Failure; a developer's resource points to the developer's line of the roster. */
function partOf(failure: ResourceFailure): FailurePart {
  const developer = developerOf(failure.step);
  return {
    message: `${failureLine(failure)}.`.replace(/\.\.$/, "."),
    setting: developer === undefined ? undefined : ["developers", developer],
  };
}

export function changesAws(command: EngineCommand): boolean {
  return command === "up" || command === "destroy";
}

/** Whether a resource failed because AWS has one of that name already, which the stack's state does not have. */
export function existsAlready({ step, message }: ResourceFailure): boolean {
  return /^create(-replacement)?$/.test(step.op) && /AlreadyExists|already exists/i.test(message);
}

const past: Record<EngineCommand, string> = {
  up: "changed",
  preview: "previewed",
  refresh: "read back",
  destroy: "deleted",
};

function interruption({ command, total = 0, record: { changes } }: FailedRun): string {
  if (!changesAws(command)) return "Interrupted; nothing was changed in AWS.";
  const made = changes.length === 1 ? "one" : String(changes.length);
  const count = total > changes.length ? `${made} of ${total} changes` : `${made} change${made === "one" ? "" : "s"}`;
  return `Cancelled after ${count}; the state knows what was done.`;
}

/** The reasons of the failed resources; without any, the reason of the run. */
function troubles({ command, record: { failures, errors, changes } }: FailedRun, explained: unknown): string {
  if (failures.length === 0)
    return errors.length > 0
      ? inOurWords(errors.join("\n")).replace(/^these credentials.*/gm, (line) => `T${line.slice(1)}.`)
      : (explained as Error).message;
  const count = failures.length === 1 ? "One resource" : `${failures.length} resources`;
  const made = changesAws(command) ? changes.length : 0;
  const done = made === 0 ? "" : made === 1 ? " One other change was made." : ` ${made} other changes were made.`;
  return `${count} could not be ${past[command]}.${done}\n${failures.map((failure) => `  ${failureLine(failure)}`).join("\n")}`;
}

/** Rewords the aws-native plugin's error for a provider that names another account than the credentials'. */
function inOurWords(message: string): string {
  return message.replace(
    /account ID not allowed \((\d+)\)/g,
    "these credentials belong to account $1, and the stack's state names another account for it",
  );
}

function failureLine(failure: ResourceFailure): string {
  const { account, type, name, step } = failure;
  const reason = existsAlready(failure) ? "AWS has it already, but not from this stack" : inOurWords(failure.message);
  return `${account}: ${step.op.replace("create-replacement", "replace")} ${type} ${name}: ${reason}`;
}
