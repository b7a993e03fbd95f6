import { accountsWithOwnRoles } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { type UnreachableAccount, unreachableAccounts } from "../aws/account-reach.ts";
import { requirePreconditions } from "../aws/preconditions.ts";
import { requireSharedRolePossible } from "../aws/shared-role-preconditions.ts";
import type { Stack } from "../engine/automation.ts";
import { passphraseEnvironment, requirePassphrase } from "../engine/passphrase.ts";
import { keepOtherForm, otherFormIn } from "../engine/other-form.ts";
import { openStackReading } from "../engine/stack.ts";
import { resourcesBefore, resourcesOf } from "../engine/state-before.ts";
import { unreachedNames } from "../engine/unreached.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { warningText } from "../report/wording.ts";
import { ensureUnlocked } from "../state/stack-lock.ts";
import { waitForLock } from "../state/wait.ts";
import { tell } from "../terminal/tell.ts";
import { goWithoutUnreached, unreachedWarnings } from "./unreached-accounts.ts";

export interface OpenForRunOptions {
  /** Whether everything is to be deleted. */
  deleting?: boolean;
  /** Until when to wait for another run's lock, in milliseconds since the epoch. Default: not at all. */
  lockDeadline?: number;
  /** Names of accounts that are closed or have left the organization, to remove from the stack. */
  forget?: string[] | undefined;
  /** Whether a report will name the accounts that cannot be reached, so that they are not printed here. */
  reporting?: boolean;
  /** Whether the roles of the old form are deleted. */
  finishSwitch?: boolean;
  /** The environment variables that decrypt the stack's secrets, where they are known already. */
  secrets?: Record<string, string> | undefined;
}

/** Opens the stack for a run, after all checks that can be made before anything is changed. */
export async function openForRun(
  project: Project,
  file: SettingsFile,
  {
    deleting = false,
    lockDeadline = 0,
    secrets: known,
    forget = [],
    reporting = false,
    finishSwitch = false,
  }: OpenForRunOptions = {},
): Promise<Stack> {
  await waitForLock(lockDeadline, () => ensureUnlocked(project));
  // Asked for first: the terminal is not left with an open question when something else is refused.
  const secrets = known ?? (await passphraseEnvironment(project));
  const { settings } = file;
  const look = async (): Promise<UnreachableAccount[]> => {
    await requirePreconditions(settings, { authAlone: true });
    if (!deleting) await requireSharedRolePossible(settings);
    return unreachableAccounts(accountsWithOwnRoles(settings), settings.accessRole);
  };
  const [{ stack, state }, , found] = await Promise.all([
    openStackReading(project, { secrets }),
    requirePassphrase(project),
    look(),
  ]);
  const resources = state === undefined ? await resourcesBefore(stack, project) : resourcesOf(state);
  await goWithoutUnreached(stack, { resources, settings, deleting, forget, found });
  if (!finishSwitch) keepOtherForm(stack, otherFormIn(resources, settings, unreachedNames(stack)));
  if (!reporting) tellUnreached(stack, settings);
  return stack;
}

/** Prints the accounts that the run cannot reach, and sets exit code 1, however well the rest ends. */
function tellUnreached(stack: Stack, settings: Settings): void {
  for (const warning of unreachedWarnings(stack, settings)) {
    if (warning.kind !== "account-unreached") continue;
    tell(warningText(warning, (name) => name));
    process.exitCode = 1;
  }
}
