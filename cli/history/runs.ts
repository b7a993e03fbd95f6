/** The runs in Pulumi's history: pure functions. */

import { parseRunMessage } from "../engine/run-message.ts";
import type { HistoryRow } from "../results/history.ts";
import { type LooseSettings, rosterChange, settingsIn } from "./roster-change.ts";

/** A run in a history file of the state, or in the output of `pulumi stack history --json`; the two differ in format. */
export interface NotedRun {
  /** update, refresh, destroy, import, ... */
  kind: string;
  /** Seconds since the epoch, or ISO 8601. */
  startTime: number | string;
  message?: string;
  environment?: Record<string, string>;
  config?: Record<string, unknown>;
  /** succeeded, failed, in-progress */
  result?: string;
}

/**
 * A row for each run, with the settings that differ from those of the last run before it that changed AWS.
 *
 * @param runs the latest first
 * @param since runs before this time get no row; they only tell what the first one has changed
 */
export function runRows(runs: NotedRun[], since: Date): HistoryRow[] {
  const rows: HistoryRow[] = [];
  let before: LooseSettings = {};
  for (const run of runs.toReversed()) {
    const settings = settingsIn(run.config, valueIn);
    const at = timeOf(run);
    if (at >= since) rows.push({ at: at.toISOString(), ...described(run), ...changeBy(run, before, settings) });
    if (changesAws(run)) before = settings;
  }
  return rows.reverse();
}

export const changesAws = ({ kind }: Pick<NotedRun, "kind">): boolean => kind === "update" || kind === "destroy";

export function timeOf({ startTime }: Pick<NotedRun, "startTime">): Date {
  return new Date(typeof startTime === "number" ? startTime * 1000 : startTime);
}

function described(run: NotedRun): Omit<HistoryRow, "at" | "whom"> {
  const { kind, message = "", environment = {}, result } = run;
  const own = parseRunMessage(message);
  const { "git.head": commit, "ci.build.url": job } = environment;
  return {
    who: own?.by ?? strangerIn(environment),
    what: own?.what ?? `pulumi ${kind === "update" ? "up" : kind}`,
    source: "state",
    ...(result !== undefined && result !== "succeeded" && { failed: true }),
    ...(commit && { commit }),
    ...(job && { job }),
  };
}

/**
 * The person of a plain Pulumi run, in whose environment Pulumi notes the CI job and the last commit's author. The author may not have run
 * it.
 */
function strangerIn(environment: Record<string, string>): string {
  const { "ci.system": system, "ci.build.id": id, "git.committer": committer, "git.author": author } = environment;
  if (system !== undefined && id !== undefined) return `${system} ${id}`;
  return committer ?? author ?? "unknown";
}

function changeBy(run: NotedRun, before: LooseSettings, settings: LooseSettings): Pick<HistoryRow, "whom"> {
  if (!changesAws(run)) return { whom: [] };
  // A `destroy` deletes the developers whom the settings still name.
  const isAll = run.kind === "destroy" && (parseRunMessage(run.message ?? "")?.what ?? "destroy") === "destroy";
  if (isAll) return rosterChange(before, { ...before, developers: {} });
  return rosterChange(before, settings);
}

/** A value of the configuration: a history file has the value itself, the Pulumi CLI an object with it. */
function valueIn(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null || !("value" in entry) || !("secret" in entry)) return entry;
  return "objectValue" in entry ? entry.objectValue : entry.value;
}
