import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import { runPreview, type RunOptions } from "../engine/runs.ts";
import { type Plan, planOf } from "../changes/planned.ts";

/** Has the engine work out what `up` would do to a stack. */
export async function planned(stack: Stack, options: Omit<RunOptions, "onStep">): Promise<Plan> {
  const steps: StepEventMetadata[] = [];
  await runPreview(stack, { ...options, onStep: (step) => steps.push(step) });
  return planOf(steps);
}
