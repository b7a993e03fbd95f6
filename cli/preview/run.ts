import { prepare } from "../engine/apply.ts";
import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import { runPreview } from "../engine/runs.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { dangersOf, type GuardOptions, stackBefore } from "./guards.ts";
import { type Plan, planOf } from "./planned.ts";
import { previewReport } from "./report.ts";
import type { PreviewReport } from "./schema.ts";

export interface PreviewOptions extends GuardOptions {
  project: Project;
  file: SettingsFile;
  verbose: boolean;
  /** How long to wait for another run's lock, in milliseconds. */
  lockTimeout: number;
}

/** Has the engine work out what `up` would do, and reports it with what `up` would refuse. */
export async function preview(options: PreviewOptions): Promise<{ report: PreviewReport; plan: Plan }> {
  const { project, file, lockTimeout } = options;
  const plan = await planned(await prepare(project, file, { lockTimeout }), options);
  const warnings = await dangersOf(stackBefore(plan), file.settings, options);
  const report = previewReport({ kind: "preview", stack: project.stack, settings: file.settings, plan, warnings });
  return { report, plan };
}

/** What `up` would do to a stack. */
export async function planned(
  stack: Stack,
  { project, file, verbose }: Pick<PreviewOptions, "project" | "file" | "verbose">,
): Promise<Plan> {
  const steps: StepEventMetadata[] = [];
  await runPreview(stack, { project, settings: file.settings, verbose, onStep: (step) => steps.push(step) });
  return planOf(steps);
}
