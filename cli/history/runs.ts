/** The runs that Pulumi has noted: pure. */

import { parseRunMessage } from "../engine/run-message.ts";
import type { HistoryRow } from "../results/history.ts";
import { type LooseSettings, rosterChange, settingsIn } from "./roster-change.ts";

/** A run as Pulumi keeps it, by a file of the state's or by `pulumi stack history --json`, which differ in how they write it. */
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
 * A row for each run, with what the settings said otherwise than those of the last run before it that changed AWS.
 *
 * @param runs the latest first
 * @param since leaves out those before, which tell what the first one has changed
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

/** Plain Pulumi notes the CI's job, and who has made the last commit, which may be somebody else than whoever ran it. */
function strangerIn(environment: Record<string, string>): string {
  const { "ci.system": system, "ci.build.id": id, "git.committer": committer, "git.author": author } = environment;
  if (system !== undefined && id !== undefined) return `${system} ${id}`;
  return committer ?? author ?? "unknown";
}

function changeBy(run: NotedRun, before: LooseSettings, settings: LooseSettings): Pick<HistoryRow, "whom"> {
  if (!changesAws(run)) return { whom: [] };
  // A `destroy` deletes whom the settings name still.
  const isAll = run.kind === "destroy" && (parseRunMessage(run.message ?? "")?.what ?? "destroy") === "destroy";
  if (isAll) return rosterChange(before, { ...before, developers: {} });
  return rosterChange(before, settings);
}

/** A value of the configuration: a file has it as it is, the Pulumi CLI as an object with a text. */
function valueIn(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null || !("value" in entry) || !("secret" in entry)) return entry;
  return "objectValue" in entry ? entry.objectValue : entry.value;
}
