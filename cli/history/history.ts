import { managementAccountAtHand } from "../aws/preconditions.ts";
import { noting } from "../aws/missed.ts";
import { trailBegin } from "../aws/trail-event.ts";
import { explain } from "../explain.ts";
import type { Project } from "../project/project.ts";
import { isSameName } from "../project/roster-names.ts";
import { withProgress } from "../report/progress.ts";
import type { History, HistoryRow } from "../results/history.ts";
import type { Settings } from "../../infra/settings.ts";
import { commitRows } from "./commits.ts";
import { readRuns } from "./read-runs.ts";
import { runRows } from "./runs.ts";

export interface HistoryOptions {
  /** The begin of the history. */
  since: Date;
  /** The most rows. */
  limit: number;
  /** Only the rows about this developer, in any case, as IAM takes names. */
  developer: string | undefined;
  /** Whether CloudTrail's event history is read, too. */
  cloudtrail: boolean;
}

/** Who ran what and changed whom: from the state's history, from git and, if asked for, from CloudTrail. Nothing is changed. */
export async function history(project: Project, settings: Settings, options: HistoryOptions): Promise<History> {
  const { since, limit, developer, cloudtrail } = options;
  const missed: History["missed"] = [];
  const [runs, commits, events] = await Promise.all([
    runsOf(project, since, missed),
    commitRows(project, since, missed),
    cloudtrail ? eventsOf(settings, since, missed) : [],
  ]);
  // All three tell whole seconds. In the same second, a commit and what CloudTrail noted come after the run that led to them.
  const all = [...commits, ...events, ...runs].filter(
    ({ whom }) => developer === undefined || whom.some((name) => isSameName(name, developer)),
  );
  const rows = all.toSorted((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  return {
    version: 1,
    stack: project.stack,
    since: since.toISOString(),
    complete: missed.length === 0,
    older: Math.max(rows.length - limit, 0),
    rows: rows.slice(0, limit),
    missed,
  };
}

/** The runs in the state's history. A state that cannot be reached is noted in `missed`; git and CloudTrail are shown all the same. */
async function runsOf(project: Project, since: Date, missed: History["missed"]): Promise<HistoryRow[]> {
  try {
    return runRows(await readRuns(project, since), since);
  } catch (error) {
    const { message, remedy = "" } = explain(error instanceof Error ? error : new Error(String(error)));
    missed.push({ what: "the history of the state", reason: message, remedy });
    return [];
  }
}

async function eventsOf(settings: Settings, since: Date, missed: History["missed"]): Promise<HistoryRow[]> {
  await managementAccountAtHand(settings);
  const { readTrail } = await import("./read-trail.ts");
  const kept = trailBegin(new Date());
  const attempt = noting(missed, "history");
  return withProgress("Reading CloudTrail, two calls a second", "events", (advance) =>
    readTrail(settings, since < kept ? kept : since, { attempt, advance }),
  );
}
