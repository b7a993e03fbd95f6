import { accountsWithOwnRoles, roleNameOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Look } from "../aws/look.ts";
import { Failure } from "../failure.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Danger, Warning } from "../results/warning.ts";
import { guardRailsBefore, guardRailsStop, removedGuardRails } from "./guard-rails.ts";
import { ownPoliciesStop, removedOwnPolicies, weakenedOwnPolicies } from "./own-policies.ts";
import { type GuardOptions, isDanger } from "./guard-options.ts";
import { advice, consentTo, shutOutSetting, warningFact } from "../report/wording.ts";

/** The number of developers that one edit may remove by default: three, or a fifth of the roster if that is more. */
export function defaultRemovals(developers: number): number {
  return Math.max(3, Math.floor(developers / 5));
}

/**
 * The dangers of an edit, which `up` refuses without consent, and whom the edit shuts out. AWS is asked only about the auth
 * account, and about what the edit adds or removes.
 *
 * @param look the service control policy in AWS
 */
export async function dangersOf(
  before: StackBefore,
  settings: Settings,
  options: GuardOptions,
  look: Pick<Look, "shield" | "missed"> & Partial<Pick<Look, "identities" | "managementAccount">>,
): Promise<Warning[]> {
  const [{ absentPolicies }, { authAccountUnderPolicy }, { dangersOfPolicy, withPolicyInAws }, { unitsWithoutRoom }] =
    await Promise.all([
      import("./absent-policies.ts"),
      import("./auth-account-policy.ts"),
      import("./policy-in-aws.ts"),
      import("./room.ts"),
    ]);
  const inForce = withPolicyInAws(before, look, settings);
  const inAws = await Promise.all([
    authAccountUnderPolicy(settings, look.shield?.targets ?? []),
    ...(options.policyStays === true
      ? []
      : [
          dangersOfPolicy(before, settings, options, inForce),
          unitsWithoutRoom(inForce, settings),
          ownPoliciesStop(before, settings, look),
        ]),
    absentPolicies(before, settings, options),
    guardRailsStop(before, settings, look),
  ]);
  return [...dangersInSettings(before, settings, options), ...inAws.flat()];
}

/** The dangers that the settings show without AWS. */
export function dangersInSettings(before: StackBefore, settings: Settings, options: GuardOptions): Danger[] {
  return [
    ...movedAccounts(before, settings),
    ...renamedAccounts(before, settings),
    ...recased(before, settings),
    ...tooManyRemovals(before, settings, options),
    // A run that adds developers alone removes none of these policies.
    ...(options.policyStays === true
      ? []
      : [
          ...removedGuardRails(guardRailsBefore(before), settings, options),
          ...removedOwnPolicies(before, settings, options),
          ...weakenedOwnPolicies(before, settings, options),
        ]),
  ];
}

/** The flags of `up` that consent to each danger of an edit, as far as there are any. */
export async function consentsTo(before: StackBefore, settings: Settings): Promise<string[]> {
  const { shieldInAws } = await import("../aws/shield.ts");
  const look = { shield: await shieldInAws(), missed: [] };
  const dangers = (await dangersOf(before, settings, {}, look)).filter(isDanger);
  return [...new Set(dangers.map(consentTo).filter((consent) => consent !== undefined))];
}

/** @throws Failure for the first danger that is refused */
export function requireHarmless(warnings: Warning[]): void {
  const dangers = warnings.filter(isDanger).filter(({ refused }) => refused);
  const [danger] = dangers;
  if (danger === undefined) return;
  const plain = (text: string): string => text;
  const setting = settingOf(danger);
  if (danger.kind === "shut-out") {
    const all = dangers.filter((one) => one.kind === "shut-out");
    throw new Failure(
      all.map((one) => warningFact(one, plain)).join("\n"),
      `Nothing was changed. Give them a role, or MFA. If it is meant, write into the settings ${shutOutSetting(all)}, or run mfa-admin up with --accept-shut-out.`,
      setting === undefined ? {} : { setting },
    );
  }
  const consent = consentTo(danger);
  const remedy =
    consent === undefined || danger.kind === "name-taken"
      ? advice(danger, plain)
      : `If it is meant, run mfa-admin up with ${consent}.`;
  throw new Failure(
    warningFact(danger, plain),
    `Nothing was changed. ${remedy}`,
    setting === undefined ? {} : { setting },
  );
}

/** Names changed in case alone: IAM takes the two for one name, and the engine makes the new one before it deletes the old one. */
function recased({ developers, roles }: StackBefore, settings: Settings): Danger[] {
  const names = Object.keys(settings.developers);
  const find = (type: "developer" | "role", before: string[], now: string[]): Danger[] => {
    const was = new Map(before.map((name) => [name.toLowerCase(), name]));
    return now.flatMap((to): Danger[] => {
      const from = was.get(to.toLowerCase());
      return from === undefined || before.includes(to) ? [] : [{ kind: "recased", refused: true, type, from, to }];
    });
  };
  const users = find("developer", developers, names);
  if (users.length > 0) return users;
  // One role is enough to tell of the changed prefix.
  return find(
    "role",
    roles,
    names.map((name) => roleNameOf(settings, name)),
  ).slice(0, 1);
}

function tooManyRemovals(
  { developers }: StackBefore,
  settings: Settings,
  { maxRemovals = defaultRemovals(developers.length) }: GuardOptions,
): Danger[] {
  const removed = developers.filter((name) => !Object.hasOwn(settings.developers, name)).length;
  // A removal of more than the default is reported even where it is allowed.
  const limit = Math.min(maxRemovals, defaultRemovals(developers.length));
  if (removed <= limit) return [];
  return [{ kind: "removals", refused: removed > maxRemovals, removed, before: developers.length, limit }];
}

/** Accounts whose id was changed: the engine would go on as if the new account had the old one's resources. */
function movedAccounts({ accounts }: StackBefore, settings: Settings): Danger[] {
  const was = new Map(Object.entries(accounts));
  // In the order of the settings: the state's differs from run to run.
  return [...namedAccounts(settings)].flatMap(([account, to]): Danger[] => {
    const from = was.get(account);
    return from === undefined || from === to ? [] : [{ kind: "account-moved", refused: true, account, from, to }];
  });
}

/** Accounts whose name was changed: to the engine, one account leaves and another one with the same roles comes. */
function renamedAccounts({ accounts }: StackBefore, settings: Settings): Danger[] {
  const now = namedAccounts(settings);
  const was = new Map(Object.entries(accounts));
  return [...now].flatMap(([to, accountId]): Danger[] => {
    // Where the stack already has the account by this name, too, an earlier run may finish.
    if (was.get(to) === accountId) return [];
    const from = [...was].find(([name, id]) => id === accountId && !now.has(name))?.[0];
    return from === undefined ? [] : [{ kind: "account-renamed", refused: true, accountId, from, to }];
  });
}

/**
 * Ids by name of the accounts in which a run makes resources. It is a Map, since a name may be that of a property of every object.
 */
function namedAccounts({ authAccount, ...settings }: Settings): Map<string, string> {
  return new Map([["auth", authAccount], ...Object.entries(accountsWithOwnRoles(settings))]);
}

/** The key of the settings that causes a danger. */
function settingOf(danger: Danger): string[] | undefined {
  switch (danger.kind) {
    case "account-moved":
      return danger.account === "auth" ? ["authAccount"] : ["developmentAccounts", danger.account];
    case "account-renamed":
      return danger.to === "auth" ? ["authAccount"] : ["developmentAccounts", danger.to];
    case "recased":
      return danger.type === "role" ? ["rolePrefix"] : ["developers", danger.to];
    case "removals":
      return ["developers"];
    case "unprotected":
    case "no-room":
    case "auth-account-under-policy":
    case "shut-out":
      return ["organizationalUnits"];
    case "no-such-policy":
      return [danger.setting];
    case "guard-rails-removed":
      return ["guardRails"];
    case "own-policies-removed":
    case "own-policies-weakened":
    case "own-policy-shuts-out":
      return ["serviceControlPolicies"];
    case "name-in-the-way":
    case "name-taken":
    case "denials-lifted":
      return undefined;
  }
}
