import { exemptionsOf } from "../../infra/exemptions.ts";
import { serviceControlPolicyName } from "../../infra/names.ts";
import { isSameDocument } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Look } from "../aws/look.ts";
import type { DeveloperRole } from "../aws/role-trust.ts";
import { identityOfResource } from "../changes/step.ts";
import type { Resource } from "../engine/deployment.ts";
import { type StackBefore, targetsOf } from "../changes/stack-before.ts";
import type { Warning } from "../results/warning.ts";
import { isPutRight } from "../report/warnings.ts";
import { developersBy } from "../engine/denials-in-aws.ts";
import type { Taken } from "./taken-names.ts";
import { isStranger, isUniqueId, principalsOf } from "./trust.ts";

/** What AWS has of what carries the promise, where it is not as the stack has left it. */
export function brokenPromises(look: Look, before: StackBefore, settings: Settings): Warning[] {
  return [...shieldWarnings(look, before), ...staleTrusts(look, settings), ...otherBrokenPromises(look, settings)];
}

/** The same without the service control policy and the roles' trust, which drift shows like any property. */
export function otherBrokenPromises(look: Look, settings: Settings): Warning[] {
  return [
    ...withoutAllow(look, settings),
    ...uncoveredAccounts(look.uncovered, settings),
    ...openAccessRoles(look, settings),
    ...exemptNobodies(look, settings),
    ...notLookedAt(look),
  ];
}

/** The service control policy against what the stack has made of it last: what the settings change is among the preview's changes. */
export function shieldWarnings(
  { shield, missed }: Pick<Look, "shield" | "missed">,
  { held }: Pick<StackBefore, "held">,
): Warning[] {
  const made = held.find(({ type }) => type === "service control policy")?.properties;
  if (made === undefined || missed.some(({ what }) => what === "service control policy")) return [];
  const warning = (
    change: "deleted" | "detached" | "attached" | "changed" | "renamed",
    organizationalUnits: string[] = [],
    name = serviceControlPolicyName,
  ): Warning[] => [{ kind: "service-control-policy", change, name, organizationalUnits, repair: true }];
  if (shield === undefined) return warning("deleted");
  const [wanted, there] = [targetsOf(made), shield.targets];
  const detached = wanted.filter((id) => !there.includes(id));
  const attached = there.filter((id) => !wanted.includes(id));
  return [
    ...(detached.length > 0 ? warning("detached", detached) : []),
    ...(attached.length > 0 ? warning("attached", attached.sort()) : []),
    ...(isSameDocument(made["content"], shield.content) ? [] : warning("changed")),
    ...(shield.name === serviceControlPolicyName ? [] : warning("renamed", [], shield.name)),
  ];
}

/**
 * The URNs of what the next `up` has to read back before it can put it right: the service control policy, and users whom
 * somebody has deleted though roles trust them, or has made again, and who are taken over.
 */
export function damagedIn(
  resources: Resource[],
  { alarms, look: { identities }, taken }: { alarms: Warning[]; look: Pick<Look, "identities">; taken: Taken[] },
): string[] {
  const isShieldDamaged = alarms.some((alarm) => alarm.kind === "service-control-policy" && isPutRight(alarm));
  const there = new Set((identities.get("auth") ?? []).flatMap(({ type, name }) => (type === "user" ? [name] : [])));
  const gone = staleIn(alarms).flatMap(({ developer }) => (there.has(developer) ? [] : [developer]));
  const others = taken.flatMap(({ type, name }) => (type === "user" ? [name] : []));
  const damaged = resources.filter((resource) => {
    if (resource.type === "aws-native:organizations:Policy") return isShieldDamaged;
    return resource.type === "aws-native:iam:User" && [...gone, ...others].includes(identityOfResource(resource).name);
  });
  return damaged.map(({ urn }) => urn);
}

/** Roles that trust somebody who was deleted. */
export function staleIn(alarms: Warning[]): DeveloperRole[] {
  return alarms.flatMap((alarm) => {
    if (alarm.kind !== "stale-trust") return [];
    return alarm.resources.map(({ account, name }) => ({ developer: alarm.developer, account, name }));
  });
}

function withoutAllow({ withoutAllow: targets }: Look, settings: Settings): Warning[] {
  const { authAccount, developmentAccounts } = settings;
  const names = new Map([
    [authAccount, "auth"],
    ...Object.entries(developmentAccounts).map(([name, id]) => [id, name] as const),
  ]);
  if (targets.length === 0) return [];
  return [{ kind: "no-full-access", targets: targets.map((id) => ({ id, name: names.get(id) ?? id })) }];
}

function openAccessRoles({ identities, managementAccount, managers }: Look, { accessRole }: Settings): Warning[] {
  return [...identities].flatMap(([account, found]): Warning[] => {
    const role = found.find(({ type, name }) => type === "role" && name === accessRole);
    if (role === undefined) return [];
    const strangers = principalsOf(role.document).filter((principal) => isStranger(principal, managers));
    if (strangers.length === 0) return [];
    return [{ kind: "access-role", account, role: accessRole, strangers: [...new Set(strangers)], managementAccount }];
  });
}

/** Accounts whose users the policy does not bind, wherever they were moved to. */
export function uncoveredAccounts(names: string[], { developmentAccounts }: Settings): Warning[] {
  if (names.length === 0) return [];
  const accounts = names.map((account) => ({ account, accountId: developmentAccounts[account] ?? "" }));
  return [{ kind: "account-uncovered", accounts }];
}

/**
 * Roles that trust somebody who was deleted: a user who is made again under the name is another one to IAM. Nothing is said of
 * them where nobody could look who has the name now.
 */
function staleTrusts({ identities }: Look, settings: Settings): Warning[] {
  if (!identities.has("auth")) return [];
  const developerOf = developersBy(settings);
  const found = [...identities].flatMap(([account, own]) =>
    own.flatMap(({ type, name, document }) => {
      const developer = type === "role" ? developerOf(account, { type, name }) : undefined;
      const isStale = developer !== undefined && principalsOf(document).some(isUniqueId);
      return isStale ? [{ developer, resource: { account, type, name } }] : [];
    }),
  );
  return [...Map.groupBy(found, ({ developer }) => developer)].map(([developer, own]) => ({
    kind: "stale-trust",
    developer,
    resources: own.map(({ resource }) => resource),
  }));
}

/** Exempt users who are not there: whoever makes one of that name has keys that work without MFA. */
function exemptNobodies({ identities }: Look, settings: Settings): Warning[] {
  const names = new Map(Object.entries(settings.developmentAccounts).map(([name, id]) => [id, name]));
  return exemptionsOf(settings).flatMap(({ name, arn }): Warning[] => {
    const there = identities.get(names.get(arn.split(":")[4] ?? "") ?? "");
    return there === undefined || there.some((one) => one.arn === arn) ? [] : [{ kind: "exempt-nobody", name, arn }];
  });
}

function notLookedAt({ missed }: Look): Warning[] {
  return missed.map(({ what, account, reason }) => ({
    kind: "not-looked-at",
    what: account === undefined ? what : `account ${account}`,
    reason,
  }));
}
