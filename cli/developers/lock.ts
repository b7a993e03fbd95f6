import { isInForce, type LockKind, putLock } from "../../infra/lock.ts";
import { sharedRoleName } from "../../infra/names.ts";
import { endSessionsOn } from "../../infra/older-sessions.ts";
import { type Lock, lockReasonProblem } from "../../infra/policies.ts";
import { endOfUntil, inSeconds, untilProblem } from "../../infra/until.ts";
import { iamIn } from "../aws/clients.ts";
import { momentFromNow } from "../aws/clock.ts";
import { Failure } from "../failure.ts";
import { type EmergencySettings, readEmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { counted } from "../report/summary.ts";
import { resourcesText } from "../report/phrases.ts";
import type { LockPart, LockResult, RefusedPart } from "../results/lock.ts";
import { confirmByName, confirmChange, requireConfirmable } from "../terminal/ask.ts";
import { beforeAnyChange, tellingAfterAMoment } from "../terminal/moment.ts";
import { oneLine } from "../terminal/one-line.ts";
import type { Printer } from "../terminal/printer.ts";
import { tell } from "../terminal/tell.ts";
import { userInEmergency } from "./emergency-target.ts";
import { watchRuns } from "./after-run.ts";
import {
  type AccountRead,
  developersIn,
  onEachPart,
  partsOf,
  readAccounts,
  rolesIn,
  sharedRolesOf,
  withNotedAccounts,
} from "./lock-parts.ts";
import { endSharedSessionsOf, sharedSessionsLine } from "./shared-sessions.ts";

export interface LockOptions {
  /** A name on the roster, or of a user of the stack. Default: everybody. */
  name: string | undefined;
  reason: string | undefined;
  /** The last day, YYYY-MM-DD, with or without an offset. */
  until: string | undefined;
  yes: boolean;
}

/**
 * Locks a developer, or everybody: a policy on the user and on each role denies everything. Open sessions are ended, and stay so
 * after an unlock. The user is locked first. Keys, password, devices, roster and state stay as they are.
 *
 * @throws Failure when something was not locked, after all else is done
 */
export async function lock(project: Project, options: LockOptions, printer: Printer): Promise<LockResult> {
  const asked = lockAskedFor(options);
  requireConfirmable(options.yes);
  return options.name === undefined
    ? lockEverybody(project, asked, options.yes, printer)
    : lockOne(project, { ...asked, name: options.name }, options.yes, printer);
}

/** The lock of these flags. @throws Failure for an invalid reason or day */
function lockAskedFor({ reason, until }: Pick<LockOptions, "reason" | "until">): Lock {
  const ofReason = reason === undefined || reason === "" ? undefined : lockReasonProblem(reason);
  const ofUntil = until === undefined ? undefined : untilProblem(until);
  if (ofReason !== undefined) throw new Failure(`--reason: ${ofReason}.`, "Nobody was locked. Give another, or none.");
  if (ofUntil !== undefined) throw new Failure(`--until ${String(until)}: ${ofUntil}.`, "Nobody was locked.");
  const end = until === undefined ? undefined : endOfUntil(until);
  if (end !== undefined && !isInForce({ until: end })) {
    throw new Failure(
      `--until ${String(until)}: that was over at ${end}.`,
      "Nobody was locked. Give a day that is not over yet, or leave it out for a lock until mfa-admin unlock.",
    );
  }
  return {
    since: inSeconds(new Date()),
    ...(end !== undefined && { until: end }),
    ...(reason !== undefined && reason !== "" && { reason }),
  };
}

async function lockOne(
  project: Project,
  { name, ...asked }: Lock & { name: string },
  yes: boolean,
  printer: Printer,
): Promise<LockResult> {
  const { settings, target, userName } = await userInEmergency(project, name);
  await confirmChange(`Lock ${userName} now${endText(asked)}?`, yes);
  const { user, roles } = partsOf(target);
  const putting = putLocks({ ...settings, authAccount: target.authAccount }, asked, "one", {
    users: [user],
    roles: [roles],
    sharing: [target],
  });
  const throughRun = watchRuns(project);
  const { result, again } = await tellingAfterAMoment(
    `Locking ${userName} in all accounts; a call that is not answered is given up after half a minute.`,
    putting,
    lockInterrupted(`lock ${userName}`),
  );
  const { locked, refused } = result;
  if (!locked.some(({ type }) => type === "user") && !refused.some(({ type }) => type === "user")) {
    tell(`${userName}: the auth account ${target.authAccount} has no such user.`);
  }
  for (const line of refusedLines(refused)) tell(line);
  tellSharedSessions(userName, result, printer);
  requireLocked(result, `lock ${userName}`, target.elsewhere.length > 0);
  printer.log(
    `${userName} is locked${endText(asked)}: ${resourcesText(locked, oneLine)}. Keys, password and MFA devices are as they were; mfa-admin unlock ${userName} lets ${userName} in again.`,
  );
  await throughRun(`lock ${userName}`, async () => {
    requireAllLocked(await again(), `lock ${userName}`);
  });
  return result;
}

async function lockEverybody(project: Project, asked: Lock, yes: boolean, printer: Printer): Promise<LockResult> {
  const read = await readEmergencySettings(project);
  await confirmByName(`This locks everybody out of every account${endText(asked)}.`, project.stack, yes);
  const throughRun = watchRuns(project);
  const settings = await beforeAnyChange(withNotedAccounts(read, project));
  const { auth, others } = readAccounts(settings);
  const authRead = await beforeAnyChange(auth);
  const users = developersIn(authRead, settings);
  const ofSettings = settings.roles === "shared" ? [sharedRoleName(settings)] : [];
  const sharedRoles = new Set([...ofSettings, ...sharedRolesOf(authRead)]);
  const roles = others.map(async (account) => rolesIn(await account, users, settings));
  const { result, again } = await tellingAfterAMoment(
    "Locking everybody in all accounts; a call that is not answered is given up after half a minute.",
    putLocks(settings, asked, "all", {
      users,
      roles,
      sharing: [...sharedRoles].map((sharedRole) => ({ userName: "*", sharedRole })),
    }),
    lockInterrupted("lock --all"),
  );
  for (const line of unreadLines([authRead, ...(await Promise.all(others))])) tell(line);
  for (const line of refusedLines(result.refused)) tell(line);
  tellSharedSessions("everybody", result, printer);
  requireLocked(result, "lock --all");
  const [developers, accountRoles] = (["user", "role"] as const).map((type) =>
    result.locked.filter((one) => one.type === type),
  );
  printer.log(
    `Everybody is locked${endText(asked)}: ${counted(developers?.length ?? 0, "user")} and ${counted(accountRoles?.length ?? 0, "role")}. mfa-admin unlock --all lets them in again; who was locked by name stays so.`,
  );
  await throughRun("lock --all", async () => {
    requireAllLocked(await again(), "lock --all");
  });
  return result;
}

function tellSharedSessions(who: string, { sharedSessions }: LockResult, printer: Printer): void {
  if (sharedSessions === undefined) return;
  const line = sharedSessionsLine(who, sharedSessions);
  // With `--json`, the error that follows has no place for the reason.
  if ("reason" in sharedSessions) tell(line);
  else printer.logToStderr(line);
}

const lockInterrupted = (command: string): string =>
  `What was locked by then stays locked. Run mfa-admin ${command} again: it goes on from there.`;

interface ToLock {
  users: LockPart[];
  /** The roles to lock, each group as soon as it is known. */
  roles: Promise<LockPart[]>[];
  /** The developers whose sessions of the shared role are ended, once their users are locked and can open no more of them. */
  sharing: Parameters<typeof endSharedSessionsOf>[1];
}

async function putLocks(
  settings: EmergencySettings,
  asked: Lock,
  kind: LockKind,
  { users, roles, sharing }: ToLock,
): Promise<{ result: LockResult; again: () => Promise<RefusedPart[]> }> {
  const before = momentFromNow(iamIn(settings.authAccount, settings));
  const putOn = async (parts: LockPart[]) => {
    const put = await onEachPart(settings, parts, "lock", (iam, part) => putLock(iam, part, kind, asked));
    const there = put.done.filter(({ result }) => result !== undefined);
    const locked = there.map(({ part }) => part);
    // Sessions must not be valid again after a lock that ends by itself.
    const moment = await before;
    const ended = await onEachPart(settings, locked, "end of open sessions", (iam, part) =>
      endSessionsOn(iam, part, moment),
    );
    const withoutReason = there.filter(({ result }) => result?.withoutReason).map(({ part }) => part);
    return { parts, locked, withoutReason, refused: [...put.refused, ...ended.refused] };
  };
  const onUsers = putOn(users);
  const onRoles = Promise.all(roles.map(async (group) => putOn(await group)));
  // It is awaited when all is done to the users; until then an error must not be an unhandled rejection.
  onRoles.catch(() => undefined);
  const first = await onUsers;
  const sharedSessions = await endSharedSessionsOf(settings, sharing);
  const each = [first, ...(await onRoles)];
  const withoutReason = each.flatMap((one) => one.withoutReason);
  if (withoutReason.length > 0) tell(withoutReasonText(withoutReason));
  const result: LockResult = {
    all: kind === "all",
    ...asked,
    locked: each.flatMap(({ locked }) => locked),
    refused: each.flatMap(({ refused }) => refused),
    ...(sharedSessions && { sharedSessions }),
  };
  return { result, again: async () => (await putOn(each.flatMap(({ parts }) => parts))).refused };
}

function withoutReasonText(parts: LockPart[]): string {
  return `Locked without the reason, for which AWS's quota of inline policies leaves no room: ${resourcesText(parts, oneLine)}.`;
}

/** " until 2027-02-01T00:00:00Z" */
function endText({ until }: Lock): string {
  return until === undefined ? "" : ` until ${until}`;
}

/** "alice: NOT done: lock on role developer-alice in payments (444444444444): AccessDenied: …" */
export function refusedLines(refused: RefusedPart[]): string[] {
  return refused.map(
    ({ developer, what, type, name, account, accountId, reason }) =>
      `${developer}: NOT done: ${what} on ${type} ${name} in ${account} (${accountId}): ${reason}`,
  );
}

/** Lines about the accounts that could not be read, where roles were looked for by their names alone. */
function unreadLines(read: AccountRead[]): string[] {
  return read.flatMap((one) =>
    one.identities === undefined
      ? [
          `${one.account} (${one.accountId}) could not be read, so only the roster's names were tried there: ${one.reason}`,
        ]
      : [],
  );
}

/** Tells what was not locked when the lock was put again. @throws Failure where there is such */
function requireAllLocked(refused: RefusedPart[], command: string): void {
  if (refused.length === 0) return;
  throw new Failure(
    refusedLines(refused).join("\n"),
    `Run mfa-admin ${command} again when no run is under way: the run may have undone this.`,
  );
}

/**
 * @param isElsewhere whether the user may have another name in AWS
 * @throws Failure when something was not locked
 */
function requireLocked({ locked, refused, sharedSessions }: LockResult, command: string, isElsewhere = false): void {
  if (isElsewhere || refused.length > 0 || (sharedSessions !== undefined && "reason" in sharedSessions)) {
    throw new Failure(
      "Not everything was locked; what was not is told above. What was locked stays locked.",
      `Run mfa-admin ${command} again when AWS allows it: it goes on from there.`,
    );
  }
  if (locked.length > 0) return;
  throw new Failure(
    "AWS has no user and no role to lock.",
    "Look whether authAccount and the names are right; mfa-admin list tells who is there.",
  );
}
