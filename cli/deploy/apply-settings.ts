import type { Stack } from "../engine/automation.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import { type RunOptions, runUp as runEngine } from "../engine/runs.ts";
import type { RunResult } from "../results/run.ts";
import { consentsTo } from "./guards.ts";
import { readStackBefore } from "../engine/state-before.ts";
import { madeWithoutPassword } from "./passwords-later.ts";

/**
 * Applies the settings. A run that fails says what the next one has to be told, and what those whom it has let in by then still
 * need: to the next one they are nobody new.
 */
export async function applySettings(stack: Stack, options: RunOptions): Promise<RunResult> {
  try {
    return await runEngine(stack, options);
  } catch (error) {
    if (!(error instanceof IncompleteRun)) throw error;
    const next = madeWithoutPassword(error);
    const consents = await consentsToGoOn(stack, options);
    throw error.telling({ consents, ...(next !== undefined && { next: [`Then ${next}`] }) });
  }
}

/** What the next `up` has to be told, or it refuses what is left to do of an edit that was consented to. */
async function consentsToGoOn(stack: Stack, { project, settings, adopt = false }: RunOptions): Promise<string[]> {
  try {
    // Who was taken in by then may be without what tells them for the stack's.
    const takeovers = adopt ? ["--adopt"] : [];
    return [...takeovers, ...(await consentsTo(await readStackBefore(stack, project), settings))];
  } catch {
    // What the run has failed for is in the way here, too; the next one says what it needs.
    return [];
  }
}
