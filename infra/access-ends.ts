/** Whose access ends by the settings, and when: pure functions. */

import { sharedRoleName } from "./names.ts";
import { denyFrom, denyOlderSessions, denyWhileLocked, type PolicyDocument, type PolicyStatement } from "./policies.ts";
import { isSameDocument, spelledDocument } from "./policy-documents.ts";
import type { Settings } from "./settings.ts";
import { endOfUntil } from "./until.ts";

/** The inline policy that ends a user's or a role's access. */
export const accessEndPolicy = "mfa-admin-until";

/** The characters of all inline policies of a user together, white space not counted (IAM User Guide, "IAM and AWS STS quotas"). */
const inlinePoliciesOfUser = 2048;

/**
 * The characters that a user's {@link accessEndPolicy} may have. What is left is for what shuts a user out at once: both locks, without their
 * reasons, and the end of sessions.
 */
export const accessEndRoom = inlinePoliciesOfUser - charactersToShutOut();

function charactersToShutOut(): number {
  const moment = new Date(0).toISOString();
  const lock = denyWhileLocked({ since: moment, until: moment });
  return [lock, lock, denyOlderSessions(new Date(0))].reduce((sum, one) => sum + JSON.stringify(one).length, 0);
}

type Ending = Pick<Settings, "developers">;
type Sharing = Pick<Settings, "developers" | "rolePrefix">;

/** The accounts that a roster entry names, with the end of each; undefined where the entry stands for every account. */
export function accountsNamed(
  accounts: Settings["developers"][string]["accounts"],
): Record<string, { until?: string | undefined }> | undefined {
  return Array.isArray(accounts) ? Object.fromEntries(accounts.map((name) => [name, {}])) : accounts;
}

/**
 * When somebody's access ends, in an account or altogether: the earlier of the two.
 *
 * @returns ISO 8601 in UTC; nothing where it does not end
 */
export function accessEndOf({ developers }: Ending, userName: string, account?: string): string | undefined {
  const own = Object.hasOwn(developers, userName) ? developers[userName] : undefined;
  const there = account === undefined ? undefined : accountsNamed(own?.accounts)?.[account]?.until;
  const ends = [own?.until, there].flatMap((until) => (until === undefined ? [] : (endOfUntil(until) ?? [])));
  return ends.sort()[0];
}

/** The accounts in which somebody's access ends before it ends altogether, in the order of the settings. */
export function earlierEnds(settings: Ending, userName: string): { account: string; end: string }[] {
  const own = Object.hasOwn(settings.developers, userName) ? settings.developers[userName] : undefined;
  const whole = accessEndOf(settings, userName);
  return Object.keys(accountsNamed(own?.accounts) ?? {}).flatMap((account) => {
    const end = accessEndOf(settings, userName, account);
    return end === undefined || end === whole ? [] : [{ account, end }];
  });
}

/** The inline policies that end the access of a user or a role, as Cloud Control takes them; none where the access does not end. */
export function accessEndPolicies(end: string | undefined): {
  policies?: { policyName: string; policyDocument: PolicyDocument }[];
} {
  return end === undefined ? {} : { policies: [{ policyName: accessEndPolicy, policyDocument: denyFrom(end) }] };
}

/**
 * The same for a user of the shared role. The policy ends all that the user may do and, in an account whose access ends earlier, the user's
 * AssumeRole alone. The shared role itself has no such policy, since others use it, too.
 *
 * @param ids the ids of accounts by name
 */
export function sharedAccessEnd(settings: Sharing, userName: string, ids: Record<string, string>) {
  const whole = accessEndOf(settings, userName);
  const roles = earlierEnds(settings, userName).map(({ account, end }) => ({
    ...{ end, arn: `arn:aws:iam::${ids[account] ?? ""}:role/${sharedRoleName(settings)}` },
  }));
  const byEnd = [...Map.groupBy(roles, ({ end }) => end)].sort(([one], [other]) => (one < other ? -1 : 1));
  const Statement = [
    ...(whole === undefined ? [] : denyFrom(whole).Statement),
    ...byEnd.map(([end, own]) => denyEntryFrom(end, own.map(({ arn }) => arn).sort())),
  ];
  if (Statement.length === 0) return {};
  const policyDocument: PolicyDocument = { Version: "2012-10-17", Statement };
  return { policies: [{ policyName: accessEndPolicy, policyDocument }] };
}

/** Whether an inline policy is one that ends access, by its name and its statements. */
export function isAccessEnd({ name, document }: { name: string; document: unknown }): boolean {
  if (name !== accessEndPolicy) return false;
  const statements = spelledDocument(document).Statement as Partial<PolicyStatement>[];
  const expected = statements.flatMap(({ Condition, Resource = "*" }) => {
    const end = Condition?.["DateGreaterThanEquals"]?.["aws:CurrentTime"];
    if (typeof end !== "string") return [];
    return Resource === "*" ? denyFrom(end).Statement : [denyEntryFrom(end, Resource)];
  });
  return expected.length > 0 && isSameDocument(document, { Version: "2012-10-17", Statement: expected });
}

/** Denies AssumeRole on some roles from a time on, ISO 8601 in UTC. */
function denyEntryFrom(end: string, roles: string | string[]): PolicyStatement {
  const Condition = { DateGreaterThanEquals: { "aws:CurrentTime": end } };
  const Sid = `DenyEntryFrom${end.replace(/\D/g, "")}`;
  return { Sid, Effect: "Deny", Action: "sts:AssumeRole", Resource: roles, Condition };
}

/** The end of somebody's access, as the settings say it. */
export interface AccessEnd {
  developer: string;
  /** Names of the accounts; empty where the access ends altogether. */
  accounts: string[];
  /** The last day, as it is written. */
  until: string;
  /** ISO 8601 in UTC. */
  end: string;
}

/** Every end that the settings have. An account's day that is not before the developer's own ends nothing. */
export function accessEnds({ developers }: Ending): AccessEnd[] {
  return Object.entries(developers).flatMap(([developer, { until, accounts }]) => {
    const own = until === undefined ? [] : [{ account: undefined, until }];
    const named = accountsNamed(accounts) ?? {};
    const each = earlierEnds({ developers }, developer).flatMap(({ account }) => {
      const there = named[account]?.until;
      return there === undefined ? [] : [{ account, until: there }];
    });
    return [
      ...Map.groupBy([...own, ...each], ({ account, until: day }) => `${account === undefined ? "" : "in"} ${day}`),
    ]
      .map(([, group]) => group)
      .flatMap((group) => {
        const [{ until: day } = { until: "" }] = group;
        const end = endOfUntil(day);
        if (end === undefined) return [];
        return [{ developer, accounts: group.flatMap(({ account }) => account ?? []), until: day, end }];
      });
  });
}

/**
 * The settings without the access that has ended. A developer is left out when their own time, or that of all their accounts, is over; an
 * account is left out of a developer's entry when its time is over.
 */
export function settingsInForce(settings: Settings, now: number): Settings {
  const isOver = (until: string | undefined): boolean => {
    const end = until === undefined ? undefined : endOfUntil(until);
    return end !== undefined && Date.parse(end) <= now;
  };
  const developers = Object.entries(settings.developers).flatMap(([name, own]) => {
    if (isOver(own.until)) return [];
    const named = accountsNamed(own.accounts);
    const left = Object.entries(named ?? {}).filter(([, { until }]) => !isOver(until));
    if (named === undefined || left.length === Object.keys(named).length) return [[name, own] as const];
    return left.length === 0 ? [] : [[name, { ...own, accounts: Object.fromEntries(left) }] as const];
  });
  return { ...settings, developers: Object.fromEntries(developers) };
}
