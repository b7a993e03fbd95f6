import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import { runPreview, type RunOptions } from "../engine/runs.ts";
import { type StackChanges, stackChangesOf } from "../changes/resource.ts";

/** The changes that `up` would make, from a preview of the engine. */
export async function previewed(stack: Stack, options: Omit<RunOptions, "onStep">): Promise<StackChanges> {
  const steps: StepEventMetadata[] = [];
  await runPreview(stack, { ...options, onStep: (step) => steps.push(step) });
  return stackChangesOf(steps);
}
