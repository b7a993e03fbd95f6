import pMap from "p-map";

import { longestRoleSession } from "../../infra/ended-sessions.ts";
import { ownRolesOf, roleNameOf } from "../../infra/names.ts";
import { type CutOffResult, type CutOffFailure, cutOffUser, revokeRoleSessions } from "../../infra/offboarding.ts";
import { letRoleBack, letUserBack } from "../../infra/older-sessions.ts";
import type { Settings } from "../../infra/settings.ts";
import { accountsText } from "../accounts-text.ts";
import type { EmergencySettings } from "../project/emergency-settings.ts";
import type { EmergencyTarget, TargetRoles } from "./emergency-target.ts";
import { endSharedSessionsOf, sharedSessionsLine } from "./shared-sessions.ts";
import { counted } from "../report/summary.ts";
import { clientsIn } from "../aws/clients.ts";
import { momentFromNow } from "../aws/clock.ts";
import { doEach } from "../aws/do-each.ts";
import { wordsOf } from "../aws/error-words.ts";
import type { DeveloperCutOff } from "../results/remove-developer.ts";
import type { AccountNotEnded } from "../results/end-sessions.ts";

type Reach = Pick<EmergencySettings, "accessRole" | "organizationalUnits">;

/**
 * Ends all access of developers, in the auth account and all others at the same time. Sessions of a shared role are ended all together,
 * after the users, who can open no more of them by then. The developers' own roles may have to wait for a server, and nothing else does.
 */
export async function cutOff(settings: Reach, targets: EmergencyTarget[]): Promise<DeveloperCutOff[]> {
  const iam = clientsIn(settings);
  const concurrency = 4;
  const roles = pMap(
    targets,
    async (target) =>
      inEachAccount(await target.roles, (accountId, roleName) => revokeRoleSessions(iam(accountId), roleName)),
    { concurrency },
  );
  // They are awaited after the users; until then an error must not be an unhandled rejection.
  roles.catch(() => undefined);
  const users = await pMap(
    targets,
    async ({ authAccount, userName, sharedRole, elsewhere }) => {
      const user = await cutOffUser(iam(authAccount), userName).catch(notReached);
      return { userName, sharedRole, user: { ...user, failed: [...user.failed, ...elsewhere] } };
    },
    { concurrency },
  );
  const sharedSessions = await endSharedSessionsOf(settings, targets);
  const ended = await roles;
  return users.map(({ userName, sharedRole, user }, index) => {
    const { sessions = [], unreached = [] } = ended[index] ?? {};
    return {
      ...{ userName, ...user, sessions, unreached },
      ...(sharedRole !== undefined && sharedSessions && { sharedSessions }),
    };
  });
}

/** Calls `act` for a developer's role in each account that may have one. Returns where it found one, and where it failed. */
export async function inEachAccount(
  { accounts, roleNames }: TargetRoles,
  act: (accountId: string, roleName: string) => Promise<boolean>,
): Promise<{ sessions: string[]; unreached: AccountNotEnded[] }> {
  const until = new Date(Date.now() + longestRoleSession * 1000).toISOString();
  const done = await pMap(
    Object.entries(accounts),
    async ([account, accountId]) => {
      try {
        const found = await pMap(roleNames, (roleName) => act(accountId, roleName));
        return { account, found: found.some(Boolean) };
      } catch (error) {
        return { account, failed: { account, accountId, reason: wordsOf(error), until } };
      }
    },
    { concurrency: 16 },
  );
  return {
    sessions: done.flatMap(({ account, found }) => (found === true ? [account] : [])),
    unreached: done.flatMap(({ failed }) => (failed === undefined ? [] : [failed])),
  };
}

function notReached(error: unknown): CutOffResult {
  const failed: CutOffFailure[] = [{ part: "everything in the auth account", reason: wordsOf(error) }];
  return { found: true, accessKeys: 0, password: false, mfaDevices: 0, failed };
}

/**
 * Reverts a cut-off, for developers whose removal was interrupted and who are added again. Sessions that it has ended stay ended.
 * Each part is tried even where others fail.
 *
 * @param unreached names of accounts that cannot be reached, which are left out
 * @throws the error of the first part that failed
 */
export async function letBack(settings: Settings, userNames: string[], unreached: string[] = []): Promise<void> {
  const iam = clientsIn(settings);
  const auth = iam(settings.authAccount);
  const before = await momentFromNow(auth);
  const parts = userNames.flatMap((userName) => [
    () => letUserBack(auth, userName, before),
    ...ownRolesOf(settings, userName)
      .filter((account) => !unreached.includes(account))
      .map((account) => {
        const client = iam(settings.developmentAccounts[account] ?? "");
        return () => letRoleBack(client, roleNameOf(settings, userName), before);
      }),
  ]);
  await doEach(parts);
}

/** "alice: access ended. Deleted: 1 access key, the password, 1 MFA device. Sessions ended in sandbox." and what was not. */
export function cutOffLines(cut: DeveloperCutOff): string[] {
  const { sharedSessions, userName } = cut;
  const shared = sharedSessions === undefined ? [] : [sharedSessionsLine(userName, sharedSessions)];
  return [...ownLines(cut), ...shared];
}

function ownLines(cut: DeveloperCutOff): string[] {
  const { userName, found, accessKeys, password, mfaDevices, sessions, failed, unreached } = cut;
  const open = [
    ...failed.map(({ part, reason }) => `${userName}: NOT ended: ${part}: ${reason}`),
    ...unreached.map(
      ({ account, accountId, reason, until }) =>
        `${userName}: NOT ended: sessions in ${account} (${accountId}), which could not be reached; one that is open there lasts until ${until} at the latest. ${reason}`,
    ),
  ];
  if (!found && sessions.length === 0) {
    const none = open.length > 0 ? "no role where it could be looked for" : "no role, so there is no access to end";
    return [`${userName}: has no user and ${none}.`, ...open];
  }
  const isPart = open.length > 0;
  const where = accountsText(sessions, isPart ? Infinity : sessions.length);
  const ended = sessions.length > 0 ? ` Sessions ended in ${where}.` : "";
  if (!found) return [`${userName}: the auth account has no such user.${ended}`, ...open];
  const isAny = accessKeys > 0 || password || mfaDevices > 0;
  // Where a part failed, a count of zero does not mean that there is none, so it is not printed.
  const isTold = (isThere: boolean): boolean => isThere || failed.length === 0;
  const deleted = [
    ...(isTold(accessKeys > 0) ? [plural(accessKeys, "access key")] : []),
    ...(isTold(password) ? [password ? "the password" : "no password"] : []),
    ...(isTold(mfaDevices > 0) ? [plural(mfaDevices, "MFA device")] : []),
  ].join(", ");
  const nothing = failed.length > 0 ? "" : " There was no access key, password or MFA device.";
  const what = isPart ? "access NOT ended in full" : "access ended";
  return [`${userName}: ${what}.${isAny ? ` Deleted: ${deleted}.` : nothing}${ended}`, ...open];
}

/** Whether any developer's access has not ended in full. */
export function isIncomplete(cut: DeveloperCutOff[]): boolean {
  return cut.some(
    ({ failed, unreached, sharedSessions }) =>
      failed.length + unreached.length > 0 || (sharedSessions !== undefined && "reason" in sharedSessions),
  );
}

/** "no access key", "1 access key", "2 access keys". */
function plural(count: number, noun: string): string {
  return count === 0 ? `no ${noun}` : counted(count, noun);
}
