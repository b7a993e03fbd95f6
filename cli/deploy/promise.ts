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

/** Warnings about policies and roles in AWS that the promise depends on and that are not as the stack has left them. */
export function brokenPromises(look: Look, before: StackBefore, settings: Settings): Warning[] {
  return [...shieldWarnings(look, before), ...staleTrusts(look, settings), ...otherBrokenPromises(look, settings)];
}

/** The same without the service control policy and the trust policies, whose differences drift shows as properties. */
export function otherBrokenPromises(look: Look, settings: Settings): Warning[] {
  return [
    ...withoutAllow(look, settings),
    ...uncoveredAccounts(look.uncovered, settings),
    ...openAccessRoles(look, settings),
    ...exemptNobodies(look, settings),
    ...notLookedAt(look),
  ];
}

/** Compares the service control policy in AWS with the stack's state. Edits of the settings are among the preview's changes. */
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
 * The URNs of the resources that the next `up` has to refresh before it can repair them: the service control policy, users that
 * somebody has deleted though roles trust them, and users that somebody has made again and that are taken over.
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

/** The roles that trust a deleted user. */
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
    const delegates = managers.filter((id) => id !== managementAccount);
    return [
      {
        ...{ kind: "access-role", account, role: accessRole, strangers: [...new Set(strangers)], managementAccount },
        ...(delegates.length > 0 && { delegates }),
      },
    ];
  });
}

/** The warning about accounts that the policy does not apply to, wherever they were moved to. */
export function uncoveredAccounts(names: string[], { developmentAccounts }: Settings): Warning[] {
  if (names.length === 0) return [];
  const accounts = names.map((account) => ({ account, accountId: developmentAccounts[account] ?? "" }));
  return [{ kind: "account-uncovered", accounts }];
}

/**
 * Warnings about roles that trust a deleted user: a user that is made again under the name has another unique id in IAM. There are
 * none where the auth account could not be read, since it is unknown whether the name is taken now.
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

/** Warnings about exempt users that don't exist: whoever makes a user of that name has access keys that work without MFA. */
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
