import { isDeepStrictEqual } from "node:util";

import { trustPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { letBack } from "../developers/cut-off.ts";
import { liftDenials } from "../aws/lift-denials.ts";
import { requireSeen } from "../aws/look.ts";
import { trustAgain } from "../aws/role-trust.ts";
import { forgetAccounts } from "./forget-accounts.ts";
import { keepingDenials } from "./keep-denials.ts";
import { requireStillHarmless } from "./policy-in-aws.ts";
import { damagedIn, staleIn } from "./promise.ts";
import { askShutOut, isShutOut } from "./ask-shut-out.ts";
import { applySettings } from "./apply-settings.ts";
import { unfinishedWarnings } from "./unfinished.ts";
import { unreachedWarnings } from "./unreached-accounts.ts";
import { type Project, stackReference } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { confirmChange } from "../terminal/ask.ts";
import { changesSeen, lookAtAws, type Seen, see } from "./seen.ts";
import { dangersOf, requireHarmless } from "./guards.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { SavedPlan } from "./saved-plan.ts";
import { previewed } from "./previewed.ts";
import { previewReport } from "../report/report.ts";
import type { Warning } from "../results/warning.ts";
import { isPutRight } from "../report/warnings.ts";
import { turnedBy } from "../matrix/turned.ts";
import { lossesText } from "../report/access-text.ts";
import { warningText } from "../report/wording.ts";
import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";
import { Failure } from "../failure.ts";
import { isCloudResource } from "../changes/step.ts";
import { isUpToDate } from "../engine/up-to-date.ts";
import { resourcesBefore, sameSteps, stackHeldBy, stateBefore, unfinishedNames } from "../engine/state-before.ts";
import { reportText, warningLines } from "../report/text.ts";
import type { Stack, StepEventMetadata } from "../engine/automation.ts";
import type { Resource } from "../engine/deployment.ts";
import { ensureUnlocked } from "../state/stack-lock.ts";
import { waitForLock } from "../state/wait.ts";
import { lookAgainAtOtherForm, otherFormKeptBy } from "../engine/other-form.ts";
import { forgetDenials } from "../engine/recover.ts";
import { healKnown, type RunOptions, runRefresh } from "../engine/runs.ts";
import type { RunResult } from "../results/run.ts";
import { lookAgain, unreachedBy, unreachedNames } from "../engine/unreached.ts";
import { tell } from "../terminal/tell.ts";

export interface ApplyOptions {
  project: Project;
  file: SettingsFile;
  yes: boolean;
  verbose: boolean;
  /** A sentence above the preview. With it, the preview is shown even where no question is asked. */
  intro?: string;
  /** Take resources that AWS has already into the stack, whoever has made them. */
  adopt?: boolean;
  /** The dangers that the edit has consent for. */
  guards?: GuardOptions;
  /** Until when to wait for another run's lock, in milliseconds since the epoch. Default: not at all. */
  lockDeadline?: number;
  /** A reviewed plan: nothing else is applied. */
  plan?: SavedPlan;
  /** Called when another run was waited for, before anything is looked at again. */
  onLate?: () => Promise<void>;
  /** Called after the yes, when the run begins. */
  onBegin?: () => Promise<void>;
  /** Called for every step of the engine, or that it would take where it is not started. */
  onStep?: (step: StepEventMetadata) => void;
}

/**
 * Refuses dangers without consent, and changes that differ from the plan. Shows the changes and asks, unless `yes` is given; then
 * applies them. When another run has to be waited for, all of that is done again, since the stack has changed.
 */
export async function apply(stack: Stack, options: ApplyOptions): Promise<RunResult> {
  let isLate = false;
  return waitForLock(options.lockDeadline ?? 0, async () => {
    if (isLate) {
      await ensureUnlocked(options.project);
      await options.onLate?.();
    }
    isLate = true;
    return applyNow(stack, options);
  });
}

async function applyNow(stack: Stack, applyOptions: ApplyOptions): Promise<RunResult> {
  const { project, file, yes, verbose, intro, adopt = false, plan: saved, onBegin, onStep } = applyOptions;
  const { settings } = file;
  const started = Date.now();
  const show = !yes || intro !== undefined;
  const before = await lookBefore(stack, applyOptions);
  const { resources, unfinished, isUnfinished, held, warnings, seen, unreached, guards } = before;
  if (saved !== undefined && unfinished.length > 0) throw planOfUnfinished();
  for (const line of warningLines(seen.alarms, process.stderr)) tell(line);
  // A reviewed plan is applied as it is: nothing is repaired besides.
  const damaged = saved === undefined ? damagedIn(resources, seen) : [];
  const stale = saved === undefined ? staleIn(seen.alarms) : [];
  const lifted = [...seen.lifted.cutOff, ...seen.lifted.denied];
  const isMoreThanPreviewed =
    unfinished.length > 0 ||
    lifted.length + damaged.length + stale.length > 0 ||
    unreachedBy(stack).some(({ forget }) => forget);
  const options = { project, settings, verbose, adopt, isUnfinished };
  let total: number | undefined;
  if (show || saved !== undefined) {
    const changes = await previewed(stack, options, { look: () => seen.look, lifted: seen.lifted.denied }, before);
    // Without `yes`, the user has seen the table of those who are shut out.
    const told = yes ? warnings : warnings.filter((warning) => !isShutOut(warning));
    if (saved !== undefined) saved.requireUnchanged(project, settings, changes);
    const report = previewReport({
      kind: "preview",
      stack: project.stack,
      settings,
      written: file.written,
      changes: await changesSeen(changes, seen, settings, { adopt }),
      warnings: [
        ...unfinishedWarnings({ unfinished }),
        ...forgotten(stack, settings),
        ...[...told, ...seen.dangers, ...seen.alarms.filter(isPutRight)],
        ...(show ? await turnedBy(changes, settings) : []),
      ],
    });
    // Repairs are further changes, so the total is unknown with them.
    if (damaged.length === 0) total = changes.resources.filter(({ operation }) => operation !== "same").length;
    if (!report.changed && !isMoreThanPreviewed) {
      return leftAsItIs(stack, resources, options, { ...applyOptions, started });
    }
    if (show)
      tell(`${intro === undefined ? "" : `${intro}\n\n`}${reportText(report, process.stderr, { asking: !yes })}\n`);
    const losses = lossesText(report);
    const sentences = [report.summary, ...(losses === "" ? [] : [losses])];
    await confirmChange(`${sentences.join(" ")} Apply to the stack "${stackReference(project)}"?`, yes);
    if (!yes || saved !== undefined) {
      await ensureUnlocked(project);
      await requireUnchanged(stack, project, resources);
    }
  }
  if (!show) tellShutOut(warnings);
  // A preview would have told.
  if (total === undefined && !isMoreThanPreviewed && (await isUpToDate(stack, options, before, { inState: true }))) {
    return leftAsItIs(stack, resources, options, { ...applyOptions, started });
  }
  await healKnown(stack, resources, options);
  if (lifted.length > 0) await lift(stack, options, seen);
  await forgetAccounts(stack, options);
  if (damaged.length > 0) await runRefresh(stack, { project, settings, verbose }, damaged);
  const afterRefresh = async (): Promise<void> => {
    const repaired = await resourcesBefore(stack, project);
    // The program registers some roles as the state has them: what a repair has taken out of it must not come back.
    lookAgain(stack, repaired);
    lookAgainAtOtherForm(stack, repaired, settings);
    const now = stackHeldBy(repaired);
    // Where the state has not changed by a refresh, all checks were made before.
    if (isDeepStrictEqual(now, held)) return;
    await requireStillHarmless(now, settings, guards);
  };
  await afterRefresh();
  const oldForm = otherFormKeptBy(stack)?.accounts;
  const told = yes ? undefined : seen.look;
  const keeping = { settings, before: held, told, lifted: seen.lifted.denied, unreached, oldForm, onStep };
  const result = await keepingDenials(keeping, (denials) =>
    applySettings(stack, { ...options, total, afterRefresh, ...(onBegin && { onBegin }), ...denials }),
  );
  await trustAgain(settings, stale);
  return result;
}

/** The result of a run that has nothing to change in AWS, and that the engine is not started for. */
async function leftAsItIs(
  stack: Stack,
  resources: Resource[],
  options: RunOptions,
  { onBegin, onStep, started }: Pick<ApplyOptions, "onBegin" | "onStep"> & { started: number },
): Promise<RunResult> {
  await healKnown(stack, resources, options);
  await onBegin?.();
  for (const step of sameSteps(resources)) onStep?.(step);
  return { changes: [], unchanged: resources.filter(isCloudResource).length, seconds: (Date.now() - started) / 1000 };
}

/**
 * Reads the stack from its state and from AWS.
 *
 * @throws Failure for a danger without consent
 */
async function lookBefore(
  stack: Stack,
  { project, file: { settings }, yes, adopt = false, guards = {} }: ApplyOptions,
) {
  const before = await stateBefore(stack, project);
  const { resources } = before;
  // Another run may have changed the state since it was opened.
  lookAgain(stack, resources);
  const [held, unreached] = [stackHeldBy(resources), unreachedNames(stack)];
  const look = await lookAtAws(settings, unreached);
  requireSeen(look);
  const warnings = await dangersOf(held, settings, { ...guards, unreached }, look);
  requireHarmless(yes ? warnings : warnings.filter((warning) => !isShutOut(warning)));
  const seen = await see(look, held, settings, { ...guards, adopt, unfinished: () => unfinishedNames(project) });
  requireHarmless(seen.dangers);
  const isConsented = !yes && (await askShutOut(warnings));
  return {
    ...before,
    held,
    warnings,
    seen,
    unreached,
    guards: isConsented ? { ...guards, acceptShutOut: true } : guards,
  };
}

/** Removes the denials of developers whom somebody, or an interrupted removal, has shut out. */
async function lift(stack: Stack, options: RunOptions, { lifted: { cutOff, denied } }: Seen): Promise<void> {
  const { settings } = options;
  const names = [...new Set([...cutOff, ...denied].map(({ developer }) => developer))];
  const cut = cutOff.map(({ developer }) => developer);
  if (cut.length > 0) await letBack(settings, cut, unreachedNames(stack));
  const resources = denied.map(({ resource, policies }) => ({ ...resource, policies }));
  await liftDenials(settings, resources);
  const closed = denied.filter(({ policies }) => policies.includes(trustPolicyName));
  await trustAgain(
    settings,
    closed.map(({ developer, resource: { account, name } }) => ({ developer, account, name })),
  );
  const refresh = (): Promise<unknown> => runRefresh(stack, options);
  await forgetDenials(
    stack,
    { settings, refresh },
    resources.flatMap(({ policies }) => policies),
  );
  tell(`Let in again: ${names.join(", ")}.`);
}

/** Tells who is shut out, where no preview is shown. */
function tellShutOut(warnings: Warning[]): void {
  for (const warning of warnings) {
    if (warning.kind !== "shut-out" && warning.kind !== "unnamed-accounts") continue;
    tell(`${styled("yellow", "!", process.stderr)} ${warningText(warning, oneLine)}`);
  }
}

/** Refuses a stack that another run has changed since the changes were shown, or were compared with the plan. */
async function requireUnchanged(stack: Stack, project: Project, shown: Resource[]): Promise<void> {
  if (isDeepStrictEqual(await resourcesBefore(stack, project), shown)) return;
  throw new Failure(
    "Another run has changed the stack since this was shown.",
    "Nothing was changed. Run the command again: it shows what is left to do.",
  );
}

/** The error for a plan over operations whose outcome is unknown: what is read of them could lead to changes that it does not have. */
function planOfUnfinished(): Failure {
  return new Failure(
    "A run died in the middle of its changes, and the plan was made without knowing which of them AWS has made.",
    "Run mfa-admin refresh, which reads it, then make a new plan.",
  );
}

/** The warnings about accounts to forget, for the question. Accounts that cannot be reached were reported before. */
function forgotten(stack: Stack, settings: Settings): Warning[] {
  return unreachedWarnings(stack, settings).filter(({ kind }) => kind === "account-forgotten");
}
