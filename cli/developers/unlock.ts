import type { IAMClient } from "@aws-sdk/client-iam";

import { isInForce, lockIn, type LockKind, takeLockOff } from "../../infra/lock.ts";
import { deniesEverything, endedBefore, endSessionsOn } from "../../infra/older-sessions.ts";
import { revocationPolicy } from "../../infra/offboarding.ts";
import { isQuarantine } from "../../infra/policy-documents.ts";
import { iamIn } from "../aws/clients.ts";
import { momentNow } from "../aws/clock.ts";
import type { Identity } from "../aws/identities.ts";
import { denyingIn, denyingOn } from "../engine/denials-in-aws.ts";
import { Failure } from "../failure.ts";
import { type EmergencySettings, readEmergencySettings } from "../project/emergency-settings.ts";
import type { Project } from "../project/project.ts";
import { listed, policyName, resourcesText } from "../report/phrases.ts";
import { counted } from "../report/summary.ts";
import type { LockPart, UnlockResult } from "../results/lock.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import { beforeAnyChange, tellingAfterAMoment } from "../terminal/moment.ts";
import { oneLine } from "../terminal/one-line.ts";
import type { Printer } from "../terminal/printer.ts";
import { tell } from "../terminal/tell.ts";
import { userInEmergency } from "./emergency-target.ts";
import { refusedLines } from "./lock.ts";
import {
  type AccountRead,
  developersIn,
  onEachPart,
  partsOf,
  readAccounts,
  rolesIn,
  withNotedAccounts,
} from "./lock-parts.ts";

/** A user or a role that carries locks. */
interface Locked extends LockPart {
  kinds: LockKind[];
  /** The time before which sessions are ended already; "all" where everything is denied. */
  ended: Date | "all" | undefined;
}

/**
 * Removes locks: both kinds from one developer, or the kind of `lock --all` from everybody. Earlier sessions stay ended; a login
 * from now on works. Denials that somebody else or AWS has attached stay.
 *
 * @param options.name a name on the roster, or of a user of the stack. Default: everybody
 * @throws Failure when AWS has refused something, or an account could not be read, after all else is done
 */
export async function unlock(
  project: Project,
  { name, yes }: { name: string | undefined; yes: boolean },
  printer: Printer,
): Promise<UnlockResult> {
  requireConfirmable(yes);
  const { settings, read, parts, kinds } = name === undefined ? await everybody(project) : await one(project, name);
  const locked = lockedAmong(parts, read).filter((part) => part.kinds.some((kind) => kinds.includes(kind)));
  const who = name === undefined ? "everybody" : (parts[0]?.developer ?? name);
  const command = `unlock ${name === undefined ? "--all" : who}`;
  if (locked.length > 0) {
    const what = name === undefined ? counted(locked.length, "lock") : resourcesText(locked, oneLine);
    await confirmChange(`Unlock ${who} now: ${what}?`, yes);
  }
  const { done, refused } = await tellingAfterAMoment(
    `Unlocking ${who} in all accounts.`,
    letIn(settings, locked, kinds),
    `Not every lock was taken off. Run mfa-admin ${command} again: it goes on from there.`,
  );
  const unlocked = done.map(({ part: { developer, account, accountId, type, name: called } }): LockPart => {
    return { developer, account, accountId, type, name: called };
  });
  const result: UnlockResult = { all: name === undefined, unlocked, left: leftOn(parts, read, kinds), refused };
  tellUnlocked(result, { who, printer });
  const unread = read.flatMap((account) =>
    account.identities === undefined ? [`${account.account} (${account.accountId}): ${account.reason}`] : [],
  );
  if (refused.length + unread.length > 0) {
    throw new Failure(
      ["Not every lock was looked for and taken off.", ...unread].join(" "),
      `Run mfa-admin ${command} again when AWS allows it: it goes on from there.`,
    );
  }
  return result;
}

interface Meant {
  settings: EmergencySettings;
  read: AccountRead[];
  parts: LockPart[];
  kinds: LockKind[];
}

async function everybody(project: Project): Promise<Meant> {
  const settings = await beforeAnyChange(withNotedAccounts(await readEmergencySettings(project), project));
  const read = await allRead(settings);
  const [auth, ...others] = read;
  const users = auth === undefined ? [] : developersIn(auth, settings);
  const parts = [...users, ...others.flatMap((account) => rolesIn(account, users, settings))];
  return { settings, read, parts, kinds: ["all"] };
}

async function one(project: Project, name: string): Promise<Meant> {
  const { settings, target } = await userInEmergency(project, name);
  const { accounts } = await beforeAnyChange(target.roles);
  const inForce = { ...settings, authAccount: target.authAccount, developmentAccounts: accounts };
  const { user, roles } = partsOf(target);
  return { settings: inForce, read: await allRead(inForce), parts: [user, ...(await roles)], kinds: ["one", "all"] };
}

async function allRead(settings: EmergencySettings): Promise<AccountRead[]> {
  const { auth, others } = readAccounts(settings);
  return beforeAnyChange(Promise.all([auth, ...others]));
}

function partInAws(part: LockPart, read: AccountRead[]): Identity | undefined {
  const { identities = [] } = read.find(({ account }) => account === part.account) ?? {};
  return identities.find(({ type, name }) => type === part.type && name === part.name);
}

function lockedAmong(parts: LockPart[], read: AccountRead[]): Locked[] {
  return parts.flatMap((part) => {
    const { inlinePolicies = [] } = partInAws(part, read) ?? {};
    const kinds = inlinePolicies.flatMap((policy) => lockIn(policy)?.kind ?? []);
    const revocation = inlinePolicies.find(({ name }) => name === revocationPolicy)?.document;
    const ended = deniesEverything(revocation) ? "all" : endedBefore(revocation);
    return kinds.length === 0 ? [] : [{ ...part, kinds, ended }];
  });
}

/** Unlocks the roles first and the user last, when all roles can be used. */
async function letIn(settings: EmergencySettings, locked: Locked[], kinds: LockKind[]) {
  const now = locked.length === 0 ? new Date() : await momentNow(iamIn(settings.authAccount, settings));
  const letInOf = (type: LockPart["type"]) => {
    const parts = locked.filter((part) => part.type === type);
    return onEachPart(settings, parts, "unlock", (iam, part) => letPartIn(iam, part, now, kinds));
  };
  const roles = await letInOf("role");
  const users = await letInOf("user");
  return { done: [...roles.done, ...users.done], refused: [...roles.refused, ...users.refused] };
}

/** Unlocks a part. Sessions opened while the lock was not yet in force everywhere stay ended, too. */
async function letPartIn(iam: IAMClient, part: Locked, now: Date, kinds: LockKind[]): Promise<void> {
  const { ended } = part;
  if (ended !== "all" && (ended === undefined || ended < now)) await endSessionsOn(iam, part, now);
  for (const kind of part.kinds.filter((carried) => kinds.includes(carried))) await takeLockOff(iam, part, kind);
}

/** The denials that stay on the users: somebody else's, AWS's, a cut-off, and locks of the other kind. */
function leftOn(parts: LockPart[], read: AccountRead[], kinds: LockKind[]): UnlockResult["left"] {
  const nothing = { permissions: [], boundaries: [] };
  const { identities = [] } = read.find(({ account }) => account === "auth") ?? {};
  const denying = denyingIn(identities);
  return parts.flatMap((part) => {
    const identity = part.type === "user" ? partInAws(part, read) : undefined;
    if (identity === undefined) return [];
    const { managed, inline, groups, boundary } = denyingOn(identity, denying, nothing);
    const locks = inline.flatMap((policy) => lockIn(policy) ?? []);
    const others = inline
      .filter((policy) => lockIn(policy) === undefined)
      .filter(({ name, document }) => name !== revocationPolicy || deniesEverything(document))
      .map(({ name }) => name);
    const policies = [...managed, ...others, ...groups, ...(boundary === undefined ? [] : [boundary])];
    const locked = locks.some((own) => isInForce(own) && !kinds.includes(own.kind));
    if (policies.length === 0 && !locked) return [];
    return [{ developer: part.developer, policies, quarantine: managed.some(isQuarantine), locked }];
  });
}

function tellUnlocked({ unlocked, left, refused }: UnlockResult, { who, printer }: { who: string; printer: Printer }) {
  for (const line of refusedLines(refused)) tell(line);
  const isNot = who === "everybody" ? "Nobody is locked by lock --all" : `${who} is not locked`;
  if (unlocked.length === 0 && refused.length === 0) printer.log(`${isNot}; there is nothing to take off.`);
  if (unlocked.length > 0) {
    const places = who === "everybody" ? counted(unlocked.length, "lock") : resourcesText(unlocked, oneLine);
    printer.log(
      `Unlocked: ${places}. Sessions from before stay ended; a login works at once, with the same key and device.`,
    );
  }
  for (const { developer, policies, quarantine, locked } of left) {
    const what = [...policies.map(policyName), ...(locked ? ["a lock of their own"] : [])];
    const why = quarantine
      ? " AWS has put it there for a key that was found in public: run mfa-admin revoke-keys."
      : "";
    printer.logToStderr(`${developer} is shut out all the same, by ${listed(what, oneLine)}, which stays.${why}`);
  }
}
