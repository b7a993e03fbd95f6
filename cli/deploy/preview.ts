import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { type Base, baseSettings } from "./base.ts";
import { dangersOf } from "./guards.ts";
import type { GuardOptions } from "./guard-options.ts";
import { stackBefore } from "../changes/stack-before.ts";
import { previewReport } from "../report/report.ts";
import { rosterReport } from "./roster-preview.ts";
import type { PreviewReport } from "../results/report.ts";

export interface PreviewOptions extends GuardOptions {
  project: Project;
  file: SettingsFile;
  /** The settings to compare the roster with where AWS cannot be asked. */
  base: Base | undefined;
  /** Compares the roster alone, without trying to ask AWS. */
  rosterOnly: boolean;
  /** Show what `up --adopt` would do. */
  adopt: boolean;
  /** The path to save the plan to. */
  savePlan: string | undefined;
  verbose: boolean;
  /** Until when to wait for another run's lock, in milliseconds since the epoch. */
  lockDeadline: number;
  /** Names of accounts to remove from the stack. */
  forget?: string[] | undefined;
  /** The environment variables that decrypt the stack's secrets, where they are known already. */
  secrets?: Record<string, string>;
}

/** Previews what `up` would do and refuse; where AWS cannot be asked and there is a base, the roster's differences alone. */
export async function preview(options: PreviewOptions): Promise<PreviewReport> {
  const { project, base, rosterOnly } = options;
  if (rosterOnly) return roster(options, "It was asked for, with --roster-only.");
  if (base !== undefined) {
    const { missingAccess } = await import("./missing-access.ts");
    const missing = await missingAccess(project);
    if (missing !== undefined && options.savePlan !== undefined) {
      throw new Failure(
        `${missing} here: only the roster can be compared, which makes no plan.`,
        "Leave out --save-plan, or hand over what is missing.",
      );
    }
    if (missing !== undefined) return roster(options, `${missing} here, as in a pull request from a fork.`);
  }
  return full(options);
}

async function full({
  project,
  file,
  savePlan: path,
  verbose,
  lockDeadline,
  forget,
  secrets,
  ...guards
}: PreviewOptions): Promise<PreviewReport> {
  const [
    { openForRun },
    { previewed },
    { changesSeen, lookAtAws, see },
    { stateBefore, unfinishedNames },
    { unreachedWarnings },
    { unreachedNames },
    { turnedBy },
    { unfinishedWarnings },
  ] = await Promise.all([
    import("./open-for-run.ts"),
    import("./previewed.ts"),
    import("./seen.ts"),
    import("../engine/state-before.ts"),
    import("./unreached-accounts.ts"),
    import("../engine/unreached.ts"),
    import("../matrix/turned.ts"),
    import("./unfinished.ts"),
  ]);
  const saving = path === undefined ? undefined : { path, ...(await import("./saved-plan.ts")) };
  await saving?.requirePlanWritable(saving.path);
  const { settings } = file;
  const stack = await openForRun(project, file, { lockDeadline, forget, secrets, reporting: true });
  const unreached = unreachedNames(stack);
  const looking = lookAtAws(settings, unreached);
  const reading = stateBefore(stack, project);
  const [changes, look, state] = await Promise.all([
    previewed(stack, { project, settings, verbose }, { look: () => looking }, reading),
    looking,
    reading,
  ]);
  await saving?.savePlan(saving.path, project, settings, changes);
  const before = stackBefore(changes);
  const [seen, dangers, turned] = await Promise.all([
    see(look, before, settings, { ...guards, unfinished: () => unfinishedNames(project) }),
    dangersOf(before, settings, { ...guards, unreached }, look),
    turnedBy(changes, settings),
  ]);
  return previewReport({
    ...{ kind: "preview", stack: project.stack, settings, written: file.written },
    changes: await changesSeen(changes, seen, settings, guards),
    warnings: [
      ...unfinishedWarnings(state),
      ...unreachedWarnings(stack, settings),
      ...seen.alarms,
      ...dangers,
      ...seen.dangers,
      ...turned,
    ],
  });
}

async function roster({ project, file, base, ...guards }: PreviewOptions, cause: string): Promise<PreviewReport> {
  if (base === undefined) {
    throw new Failure(
      "To compare the roster alone, mfa-admin has to know what with.",
      "Add --base REF, such as --base origin/main, or --base-file FILE.",
    );
  }
  const before = await baseSettings(base, project);
  const reason = `${cause} Neither AWS nor the stack's state was looked at; the settings are compared with those before the change.`;
  return rosterReport({ stack: project.stack, before, after: file.settings, written: file.written, reason, ...guards });
}
