import { authAccountUnderPolicy } from "./auth-account-policy.ts";
import { unreachedWarnings } from "./unreached-accounts.ts";
import { openForRun } from "./open-for-run.ts";
import { lookAtAws } from "../aws/look.ts";
import { cutOffs } from "./cut-offs.ts";
import { locks } from "./locks.ts";
import { denials } from "../engine/denials-in-aws.ts";
import { madeByOthers, nameDangers } from "./taken-names.ts";
import { otherBrokenPromises } from "./promise.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import { type RunOptions, runRefresh } from "../engine/runs.ts";
import { unreachedNames } from "../engine/unreached.ts";
import { withStateCopy } from "../engine/state-copy.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { ensureUnlocked } from "../state/stack-lock.ts";
import { waitForLock } from "../state/wait.ts";
import { previewed } from "./previewed.ts";
import { stackBefore } from "../changes/stack-before.ts";
import { type StackChanges, stackChangesOf } from "../changes/resource.ts";
import { previewReport } from "../report/report.ts";
import type { PreviewReport } from "../results/report.ts";
import { stackHeldBy, stateBefore } from "../engine/state-before.ts";

export interface DriftOptions {
  project: Project;
  file: SettingsFile;
  verbose: boolean;
  /** Until when to wait for another run's lock, in milliseconds since the epoch. */
  lockDeadline: number;
  /** The environment variables that decrypt the stack's secrets, where they are known already. */
  secrets?: Record<string, string>;
}

/**
 * The differences between AWS and the stack's state, and what `refresh` and `up` would do about them. A copy of the state is
 * refreshed, since the engine's own preview of a refresh does not see what only the second pass finds. The state itself is not
 * changed.
 */
export async function drift({ project, file, verbose, lockDeadline, secrets }: DriftOptions): Promise<PreviewReport> {
  await waitForLock(lockDeadline, () => ensureUnlocked(project));
  return withStateCopy(project, async (copy) => {
    const stack = await openForRun(copy.project, file, { secrets: copy.secrets ?? secrets, reporting: true });
    const options = { project: copy.project, settings: file.settings, written: file.written, verbose };
    const steps: StepEventMetadata[] = [];
    await runRefresh(stack, { ...options, onStep: (step) => steps.push(step) });
    return driftReport(stack, options, stackChangesOf(steps, copy.modified), project.stack);
  });
}

/** @param options.written the settings as written, access that has ended included */
export async function driftReport(
  stack: Stack,
  options: Omit<RunOptions, "onStep"> & { written: Settings },
  changes: StackChanges,
  stackName: string,
  refreshed?: boolean,
): Promise<PreviewReport> {
  const { settings } = options;
  const drifted = changes.resources.some(({ operation }) => operation !== "same");
  const looking = lookAtAws(settings, unreachedNames(stack));
  const reading = stateBefore(stack, options.project);
  const [look, { resources }, repair] = await Promise.all([
    looking,
    reading,
    drifted ? previewed(stack, options, { look: () => looking }, reading) : undefined,
  ]);
  const before = stackHeldBy(resources);
  const underPolicy = await authAccountUnderPolicy(settings, look.shield?.targets ?? []);
  const denied = denials(look, settings, before);
  const strangers = nameDangers(madeByOthers(look, stackBefore(changes).held, settings), {});
  const promises = [
    ...locks(look, settings, before.held),
    ...cutOffs(look, settings),
    ...otherBrokenPromises(look, settings),
  ];
  return previewReport({
    ...{ kind: "drift", stack: stackName, settings, written: options.written, changes },
    warnings: [...underPolicy, ...strangers, ...denied, ...promises, ...unreachedWarnings(stack, settings)],
    ...(repair && { repair }),
    ...(refreshed !== undefined && { refreshed }),
  });
}
