/** The findings of the credential reports and the roster, as pure functions. */

import { exemptionsOf } from "../../infra/exemptions.ts";
import type { MfaDevice } from "../../infra/mfa-devices.ts";
import { isQuarantine } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import { type CredentialRow, isRootUser } from "../aws/credential-report.ts";
import type { Identity } from "../aws/identities.ts";
import type { AuditFinding, AuditKind } from "../results/audit.ts";
import type { AuditLimits } from "./limits.ts";

/** What is read of an account. */
export interface AccountRead {
  /** auth, or a development account's name. */
  account: string;
  rows: CredentialRow[];
  /** The account's users as they are now; the credential report may be four hours old. */
  users: Pick<Identity, "name" | "arn" | "managedPolicies">[];
  /** The kinds of the users' MFA devices, as far as they are known, by user; only in the auth account. */
  devices: Map<string, MfaDevice["kind"][]>;
  /** Names of users who have not changed the password that they were handed. */
  passwordUnchanged: Set<string>;
}

const day = 86_400_000;

/** The findings of an account, by its users. */
export function accountFindings(read: AccountRead, settings: Settings, limits: AuditLimits, now: Date): AuditFinding[] {
  const { account, rows, users } = read;
  const there = new Set(users.map(({ name }) => name));
  const credentials = rows.flatMap((row) =>
    isRootUser(row) ? rootFindings(account, row) : there.has(row.user) ? rowFindings(row, read, limits, now) : [],
  );
  const quarantined = users.filter(({ managedPolicies }) => managedPolicies.some(isQuarantine));
  return [
    ...credentials,
    ...quarantined.map(({ name }) =>
      finding(
        account,
        name,
        "quarantine",
        `AWS has put ${name} in ${account} into quarantine: a key was found in public.`,
      ),
    ),
    ...rosterFindings(read, settings),
  ];
}

function finding(account: string, who: string, kind: AuditKind, fact: string, at?: string): AuditFinding {
  return { kind, account, who, fact, counts: true, ...(at !== undefined && { at }) };
}

function rootFindings(account: string, { keys }: CredentialRow): AuditFinding[] {
  return keys.some(({ active }) => active)
    ? [finding(account, "root", "root-key", `The root user of ${account} has an access key.`)]
    : [];
}

/** Whether no device gives codes: virtual devices and hardware tokens do, passkeys and security keys don't. */
function isWithoutCodes(kinds: MfaDevice["kind"][] = []): boolean {
  return kinds.length > 0 && kinds.every((kind) => kind === "passkey or security key");
}

function rowFindings(
  row: CredentialRow,
  { account, devices, passwordUnchanged }: AccountRead,
  { grace, maxKeyAge }: AuditLimits,
  now: Date,
): AuditFinding[] {
  const { user, createdAt, hasPassword, hasMfa, keys } = row;
  const whose = `${user} in ${account}`;
  const age = (time: string): number => Math.floor((now.getTime() - Date.parse(time)) / day);
  const found: AuditFinding[] = [];
  const note = (kind: AuditKind, fact: string, at?: string): void => {
    found.push(finding(account, user, kind, fact, at));
  };
  const active = keys.filter((key) => key.active);
  if (!hasMfa && (hasPassword || active.length > 0) && age(createdAt) > grace) {
    note("no-mfa", `${whose} has no MFA device, ${age(createdAt)} days after the user was made.`, createdAt);
  }
  if (isWithoutCodes(devices.get(user))) {
    note("device-without-codes", `No MFA device of ${whose} gives codes: the command line needs one that does.`);
  }
  const { passwordLastChangedAt: handedOver = createdAt } = row;
  if (passwordUnchanged.has(user) && age(handedOver) > grace) {
    note(
      "password-unchanged",
      `${whose} has not changed the one-time password in ${age(handedOver)} days.`,
      handedOver,
    );
  }
  keys.forEach((key, index) => {
    if (!key.active) return;
    const days = age(key.createdAt);
    const which = `Access key ${index + 1} of ${whose}`;
    if (days > maxKeyAge) note("key-old", `${which} is ${days} days old; ${maxKeyAge} are allowed.`, key.createdAt);
    if (key.lastUsedAt === undefined && days > grace) {
      note("key-unused", `${which} was never used in ${days} days.`, key.createdAt);
    }
  });
  if (active.length > 1) note("two-keys", `${whose} has two active access keys.`);
  return found;
}

/**
 * IAM users who are neither on the roster nor exempt, and names on it without a user. The roster has users of the auth account
 * alone.
 */
function rosterFindings({ account, users }: AccountRead, settings: Settings): AuditFinding[] {
  const roster = account === "auth" ? Object.keys(settings.developers) : [];
  const exempt = new Set(exemptionsOf(settings).map(({ arn }) => arn));
  const strangers = users.filter(({ name, arn }) => !roster.includes(name) && !exempt.has(arn));
  const there = new Set(users.map(({ name }) => name));
  return [
    ...strangers.map(({ name }) =>
      finding(account, name, "not-on-roster", `The IAM user ${name} in ${account} is not on the roster.`),
    ),
    ...roster
      .filter((name) => !there.has(name))
      .map((name) =>
        finding(account, name, "not-in-aws", `${name} is on the roster, and ${account} has no such user.`),
      ),
  ];
}
