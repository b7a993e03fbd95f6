import type { Settings } from "../../infra/settings.ts";
import { stackChangesOf } from "../changes/resource.ts";
import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import { type RunOptions, runRefresh } from "../engine/runs.ts";
import { modifiedBefore } from "../engine/state-before.ts";
import { stackReference } from "../project/project.ts";
import { isUnreached } from "../report/unreached-wording.ts";
import type { PreviewReport } from "../results/report.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import { drift, type DriftOptions, driftReport } from "./drift.ts";
import { openForRun } from "./open-for-run.ts";

export interface RefreshOptions extends DriftOptions {
  yes: boolean;
  /** Whether the state is not changed. */
  previewOnly: boolean;
}

/** The result of a refresh. */
export interface Refreshed {
  report: PreviewReport;
  /** Whether an account could not be read. With `previewOnly` it is false, and the report alone tells of that. */
  isPartial: boolean;
  /** What to do next, as a sentence. */
  next?: string;
}

/** Refreshes the state from AWS after a question, or only previews that, and reports the drift. */
export async function refresh({ yes, previewOnly, ...options }: RefreshOptions): Promise<Refreshed> {
  if (previewOnly) return { report: await drift(options), isPartial: false };
  const { project, file, verbose, lockDeadline } = options;
  requireConfirmable(yes);
  const stack = await openForRun(project, file, { lockDeadline, reporting: true });
  await confirmChange(
    `Write what AWS has into the state of "${stackReference(project)}"? It changes the state, and nothing in AWS`,
    yes,
  );
  const report = await refreshState(stack, { project, settings: file.settings, written: file.written, verbose });
  const isPartial = report.warnings.some(isUnreached);
  const isTaken = report.warnings.some(({ kind }) => kind === "name-taken");
  const up = isTaken ? "mfa-admin up --adopt, if what is taken over is meant," : "mfa-admin up";
  const hasDrifted = (report.repair ?? []).length > 0;
  return { report, isPartial, ...(hasDrifted && { next: `${up} puts right what has drifted.` }) };
}

async function refreshState(
  stack: Stack,
  options: Omit<RunOptions, "onStep"> & { written: Settings },
): Promise<PreviewReport> {
  const modified = await modifiedBefore(stack, options.project);
  const steps: StepEventMetadata[] = [];
  await runRefresh(stack, { ...options, onStep: (step) => steps.push(step) });
  return driftReport(stack, options, stackChangesOf(steps, modified), options.project.stack, true);
}
