import { identityKey } from "../changes/step.ts";
import type { Change } from "../results/change.ts";
import type { RunResult } from "../results/run.ts";

/**
 * The result of an `up` that took several runs of the engine. Resources that an earlier run has changed do not count as unchanged in the
 * last one.
 *
 * @param earlier the changes of the runs before the last one
 */
export function joinedRuns(earlier: Change[], last: Pick<RunResult, "changes" | "unchanged">) {
  const again = new Set(last.changes.map(identityKey));
  const known = earlier.filter((change) => change.operation !== "delete" && !again.has(identityKey(change)));
  return {
    changes: [...earlier, ...last.changes],
    unchanged: last.unchanged - new Set(known.map(identityKey)).size,
  };
}

/** The result of a refresh in two passes. A resource that both have found changed is told as the first one has found it. */
export function joinedPasses(first: RunResult, second: RunResult): RunResult {
  const seen = new Set(first.changes.map(identityKey));
  const later = second.changes.filter((change) => !seen.has(identityKey(change)));
  return {
    changes: [...first.changes, ...later],
    unchanged: first.unchanged - later.length,
    seconds: first.seconds + second.seconds,
  };
}
