import { basename } from "node:path";

import { namesText } from "../accounts-text.ts";
import { cutOff, cutOffLines, isIncomplete } from "../developers/cut-off.ts";
import type { DeveloperCutOff, Removal } from "../results/remove-developer.ts";
import { emergencyTarget, type EmergencyTarget, type TargetRoles } from "../developers/emergency-target.ts";
import { othersThatWork } from "../developers/emergency-refusal.ts";
import { StateAtHand } from "../developers/state-at-hand.ts";
import { openForRun } from "./open-for-run.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import { explain } from "../explain.ts";
import { Failure, FileFailure } from "../failure.ts";
import { commitAdvice, fileToCommit } from "../project/commit.ts";
import { readEmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { isSameName } from "../project/roster-names.ts";
import { SettingsFile } from "../project/settings-file.ts";
import { confirmChange } from "../terminal/ask.ts";
import { beforeAnyChange, tellingAfterAMoment } from "../terminal/moment.ts";
import { deletionLines, removalQuestion } from "./removal-words.ts";
import { removeFromStack, settlePending } from "./own-part.ts";
import { tell } from "../terminal/tell.ts";

export { runSummary } from "../report/run-summary.ts";

export interface RemovalOptions {
  project: Project;
  names: string[];
  yes: boolean;
  verbose: boolean;
  /** Until when to wait for another run's lock, in milliseconds since the epoch. */
  lockDeadline: number;
}

/**
 * Ends developers' access, then deletes their users and roles. The first half needs nothing but IAM in the auth account: no state,
 * lock, passphrase or other account, and no valid settings of other developers.
 */
export async function removeDevelopers(options: RemovalOptions): Promise<Removal> {
  const { project, yes } = options;
  const settings = await readEmergencySettings(project);
  const state = new StateAtHand(project);
  const lookups = options.names.map((name) => emergencyTarget(settings, state, name));
  const targets = await beforeAnyChange(Promise.all(lookups));
  const names = targets.map(({ userName }) => userName);
  const repeated = names.find((name, index) => names.findIndex((one) => isSameName(one, name)) !== index);
  if (repeated !== undefined) throw new Failure(`${repeated} is given twice.`, "Name everybody once.");
  if (!yes) await confirmChange(removalQuestion(await beforeAnyChange(withRoles(targets))), yes);
  const started = Date.now();
  const cut = await tellingAfterAMoment(
    `Ending the access of ${namesText(names)} in all accounts; a call that is not answered is given up after half a minute.`,
    cutOff(settings, targets),
    `Access may not have ended in full. Run mfa-admin remove-developer ${names.join(" ")} again: it goes on from there.`,
  );
  const leaving = await withRoles(targets);
  const lines = cut.flatMap(cutOffLines);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const hadAccess = cut.some(({ found, sessions }) => found || sessions.length > 0);
  if (hadAccess && !isIncomplete(cut)) {
    lines.push([`All access was ended in ${seconds} s.`, ...deletionLines(leaving)].join(" "));
  }
  tell(lines.join("\n"));
  try {
    return { removed: names, cutOff: cut, ...(await finish(leaving, options)) };
  } catch (error) {
    throw unfinished(error, cut, names);
  } finally {
    if (isIncomplete(cut)) process.exitCode = 1;
  }
}

/** A developer who leaves, with what the roster and the stack have of them. */
type Leaving = Pick<EmergencyTarget, "userName"> & TargetRoles;

function withRoles(targets: EmergencyTarget[]): Promise<Leaving[]> {
  return Promise.all(targets.map(async ({ userName, roles }) => ({ userName, ...(await roles) })));
}

/** The second half, by the engine. The roster is edited first, so that after any failure the next run goes on. */
async function finish(leaving: Leaving[], { project, yes, verbose, lockDeadline }: RemovalOptions) {
  const before = await SettingsFile.read(project.settingsFile);
  const names = [...new Set(leaving.flatMap(({ userName, listed }) => [userName, ...listed]))];
  const listed = names.filter((name) => Object.hasOwn(before.settings.developers, name));
  const commit = listed.length === 0 ? undefined : fileToCommit(project);
  const file = listed.length === 0 ? before : before.withoutDevelopers(listed);
  if (listed.length > 0) {
    await file.write();
    if (commit !== undefined) tell(commitAdvice(commit));
  }
  const stack = await openForRun(project, file, { lockDeadline });
  const options = { project, file, verbose };
  const result = await removeFromStack(stack, { ...options, names });
  const pending = await settlePending(stack, { ...options, yes });
  return { ...result, pending, ...(commit !== undefined && { commit }) };
}

/** The error of the second half: users or roles could not be deleted, though their access has ended before. */
function unfinished(error: unknown, cut: DeveloperCutOff[], names: string[]): Failure {
  const { message, remedy, setting } = explain(error instanceof Error ? error : new Error(String(error)));
  const open = cut.filter((one) => isIncomplete([one])).map(({ userName }) => userName);
  const state = isIncomplete(cut)
    ? `What was not ended is told above. ${othersThatWork("remove-developer", open.length === 1 ? (open[0] ?? "") : "NAME")}`
    : `All access of ${namesText(names)} has ended; what is left of users and roles, nobody can use.`;
  const again =
    error instanceof IncompleteRun ? [] : [`Then run mfa-admin remove-developer ${names.join(" ")} again, to finish.`];
  // The remedy of a FileFailure says that nothing was changed, which is not true here.
  const next = error instanceof FileFailure ? `Correct ${basename(error.path)}.` : remedy;
  return new Failure(`${message}\n${state}`, [next, ...again].filter(Boolean).join(" "), {
    cause: error,
    ...(setting && { setting }),
  });
}
