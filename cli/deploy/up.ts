import { requireSameSettings, type SettingsFile } from "../project/settings-file.ts";
import type { RunResult } from "../results/run.ts";
import { manyAccountsNote } from "../report/many-accounts.ts";
import { tell } from "../terminal/tell.ts";
import { requireConfirmable } from "../terminal/ask.ts";
import { apply, type ApplyOptions } from "./apply.ts";
import { openForRun } from "./open-for-run.ts";
import { usesSharedRole } from "./uses-shared-role.ts";
import { SavedPlan } from "./saved-plan.ts";

export interface UpOptions extends Omit<ApplyOptions, "plan" | "onLate" | "onBegin" | "intro"> {
  /** The path of a plan; nothing else is then applied. */
  plan: string | undefined;
  /** Names of accounts that are closed or have left the organization, to remove from the stack. */
  forget: string[] | undefined;
  /** Whether the roles of the old form are deleted. */
  finishSwitch?: boolean;
  /** Reads the settings once more. */
  settingsNow: () => Promise<SettingsFile>;
}

/**
 * Applies the settings to the whole stack.
 *
 * @throws Failure when the settings file is edited while another run, or the passphrase, is waited for
 */
export async function up({
  plan: path,
  forget,
  finishSwitch = false,
  settingsNow,
  ...options
}: UpOptions): Promise<RunResult> {
  const { project, file, yes, lockDeadline = 0 } = options;
  requireConfirmable(yes);
  const plan = path === undefined ? {} : { plan: await SavedPlan.read(path, project) };
  const note = manyAccountsNote(file.settings);
  if (note !== undefined) tell(note);
  const stack = await openForRun(project, file, { lockDeadline, forget, finishSwitch });
  const onLate = async (): Promise<void> => {
    requireSameSettings(await settingsNow(), file);
  };
  await onLate();
  const result = await apply(stack, { ...options, onLate, ...plan });
  if (usesSharedRole(stack, file.settings)) {
    const { tellRollout } = await import("./rollout.ts");
    await tellRollout(stack, file.settings);
  }
  return result;
}
