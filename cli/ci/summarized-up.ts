import { letInWithoutPassword, passwordsLater } from "../deploy/passwords-later.ts";
import { up, type UpOptions } from "../deploy/up.ts";
import { runSummary } from "../report/run-summary.ts";
import type { RunResult } from "../results/run.ts";
import type { Printer } from "../terminal/printer.ts";
import { type Outcome, summarizeUp } from "./job-summary.ts";

/** Applies the settings, prints what was done and what is left to do, and adds it to the job's summary. */
export async function summarizedUp(
  outcome: Outcome,
  options: Omit<UpOptions, "project" | "file" | "onStep">,
  printer: Printer,
): Promise<RunResult> {
  const { project, file, steps } = outcome;
  const result = await up({ ...options, project, file, onStep: (step) => steps.push(step) });
  const letIn = await letInWithoutPassword(result, file.settings);
  await summarizeUp(outcome, letIn);
  printer.log(runSummary(result));
  if (letIn.length > 0) printer.logToStderr(`Next: ${passwordsLater(letIn)}`);
  return result;
}
