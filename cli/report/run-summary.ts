import type { RunResult } from "../results/run.ts";
import { countsLine } from "./progress.ts";

/** The summary of a run: "Done in 12 s: 3 created, 302 unchanged." */
export function runSummary({ changes, unchanged, seconds }: RunResult): string {
  return `Done in ${seconds.toFixed(1)} s: ${countsLine(changes, unchanged)}.`;
}
