import type { Stack } from "../engine/automation.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import { type RunOptions, type RunResult, runUp as runEngine } from "../engine/runs.ts";
import { madeWithoutPassword } from "../onboarding/handover.ts";

/**
 * Applies the settings. A run that fails says what those whom it has let in by then still need: to the next one they are nobody
 * new.
 */
export async function runUp(stack: Stack, options: RunOptions): Promise<RunResult> {
  try {
    return await runEngine(stack, options);
  } catch (error) {
    if (!(error instanceof IncompleteRun)) throw error;
    const next = madeWithoutPassword(error);
    throw next === undefined ? error : error.telling({ next: [`Then ${next}`] });
  }
}
