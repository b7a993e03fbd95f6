import type { Stack } from "../engine/automation.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import { type RunOptions, runUp as runEngine } from "../engine/runs.ts";
import type { RunResult } from "../results/run.ts";
import { consentsTo } from "./guards.ts";
import { readStackBefore } from "../engine/state-before.ts";
import { madeWithoutPassword } from "./passwords-later.ts";

/**
 * Applies the settings. The error of a failed run names the flags that the next run needs, and the users that were made and have no
 * password yet: the next run does not see them as new.
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

/** The flags that the next `up` needs for the rest of an edit that was consented to. */
async function consentsToGoOn(stack: Stack, { project, settings, adopt = false }: RunOptions): Promise<string[]> {
  try {
    // A resource that was taken over by then may still lack the tags by which the stack knows its own.
    const takeovers = adopt ? ["--adopt"] : [];
    return [...takeovers, ...(await consentsTo(await readStackBefore(stack, project), settings))];
  } catch {
    // The reason for the run's failure may fail these calls, too; the next run names the flags that it needs.
    return [];
  }
}
