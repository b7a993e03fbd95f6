import { runDestroy } from "../engine/runs.ts";
import { unreachedBy } from "../engine/unreached.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { runSummary } from "../report/run-summary.ts";
import type { RunResult } from "../results/run.ts";
import { confirmByName, requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";
import { destroyWarning } from "./destroy-warning.ts";
import { forgetAccounts } from "./forget-accounts.ts";
import { openForRun } from "./open-for-run.ts";

export interface DestroyOptions {
  project: Project;
  file: SettingsFile;
  yes: boolean;
  verbose: boolean;
  /** Names of accounts that are closed or have left the organization, to remove from the stack. */
  forget: string[] | undefined;
}

/** Deletes all resources of the stack, after the user has typed the stack's name. */
export async function destroy(
  { project, file, yes, verbose, forget }: DestroyOptions,
  printer: Printer,
): Promise<RunResult> {
  requireConfirmable(yes);
  const stack = await openForRun(project, file, { deleting: true, forget });
  if (!yes) await confirmByName(await destroyWarning(stack, project), project.stack, yes);
  const options = { project, settings: file.settings, verbose };
  await forgetAccounts(stack, options);
  const result = await runDestroy(stack, options);
  const isAll = unreachedBy(stack).length === 0;
  if (isAll && file.settings.roles === "shared") {
    const { forgetEndedSessions } = await import("../../infra/end-shared-sessions.ts");
    await forgetEndedSessions();
  }
  const nothing = isAll ? "There is nothing to delete." : "There is nothing else to delete.";
  printer.log(result.changes.length === 0 ? nothing : runSummary(result));
  if (isAll && result.changes.length > 0) {
    printer.logToStderr("The settings stay: mfa-admin up makes all of it again.");
  }
  return result;
}
