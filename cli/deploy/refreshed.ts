import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import { type RunOptions, runRefresh } from "../engine/runs.ts";
import { driftReport } from "./drift.ts";
import { stackChangesOf } from "../changes/resource.ts";
import type { PreviewReport } from "../results/report.ts";
import { modifiedBefore } from "../engine/state-before.ts";

/** Has the state take in what AWS has, and tells what has drifted, like a preview of it. */
export async function refreshed(stack: Stack, options: Omit<RunOptions, "onStep">): Promise<PreviewReport> {
  const modified = await modifiedBefore(stack, options.project);
  const steps: StepEventMetadata[] = [];
  await runRefresh(stack, { ...options, onStep: (step) => steps.push(step) });
  return driftReport(stack, options, stackChangesOf(steps, modified), options.project.stack, true);
}
