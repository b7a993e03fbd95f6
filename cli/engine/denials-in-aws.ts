import { isDeepStrictEqual } from "node:util";

import { isAccessEnd } from "../../infra/access-ends.ts";
import { lockIn } from "../../infra/lock.ts";
import { developersGroup, roleNameOf, trustPolicyName } from "../../infra/names.ts";
import { revocationPolicy } from "../../infra/offboarding.ts";
import { deniesByName, isQuarantine, onlyDenies } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import { type Given, givenBesides, isGiven } from "../changes/given.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Warning } from "../results/warning.ts";

/**
 * Policies that only deny, on users and roles of the stack: somebody, or AWS itself, has shut these out. They are reported as
 * alarms, and never repaired unasked as drift.
 */
export type Denied = Extract<Warning, { kind: "denied" }>;

/** The policies, groups, boundaries and trust policies that only deny on the stack's users and roles, as AWS has them. */
export function denials(
  look: Pick<Look, "identities">,
  settings: Settings,
  before: Pick<StackBefore, "held" | "given">,
): Denied[] {
  const developerOf = developersBy(settings, before.held);
  const given = givenBesides(before.given, settings);
  return [...look.identities].flatMap(([account, identities]) => {
    const denying = denyingIn(identities);
    return identities.flatMap((identity): Denied[] => {
      const { type, name } = identity;
      const isOwnGroup = account === "auth" && type === "group" && name === developersGroup;
      const developer = isOwnGroup ? "everybody" : developerOf(account, { type, name });
      if (developer === undefined) return [];
      const { managed, inline, groups, boundary, trust } = denyingOn(identity, denying, given);
      const policies = [
        ...managed,
        // The policy that ends sessions is no alarm, whoever has put it there. A cut-off and a lock have alarms of their own.
        ...inline
          .filter((policy) => policy.name !== revocationPolicy && lockIn(policy) === undefined)
          .map((policy) => policy.name),
        ...groups,
        ...(boundary === undefined ? [] : [boundary]),
        ...(trust === undefined ? [] : [trustPolicyName]),
      ];
      if (policies.length === 0) return [];
      const quarantine = managed.some(isQuarantine);
      return [{ kind: "denied", quarantine, developer, resource: { account, type, name }, policies }];
    });
  });
}

/** The parts of one user, role or group that only deny and that the stack does not give. */
export interface Denying {
  /** ARNs of managed policies. */
  managed: string[];
  inline: Identity["inlinePolicies"];
  /** Names of a user's groups. */
  groups: string[];
  /** The ARN of the permissions boundary. */
  boundary?: string;
  /** A role's trust policy, where it only denies. */
  trust?: unknown;
}

/** @param given the policies that the stack gives, or gave, to its roles: these are no alarm, and go by an edit of the settings */
export function denyingOn(
  { type, managedPolicies, inlinePolicies, groups, boundary, document }: Identity,
  denying: ReturnType<typeof denyingIn>,
  given: Given,
): Denying {
  const isForeign = (arns: string[], arn: string): boolean =>
    denying.isDenying(arn) && !(type === "role" && isGiven(arns, arn));
  return {
    managed: managedPolicies.filter((arn) => isForeign(given.permissions, arn)),
    inline: inlinePolicies.filter((policy) => onlyDenies(policy.document) && !isAccessEnd(policy)),
    groups: groups.filter((group) => denying.groups.has(group)),
    ...(boundary !== undefined && isForeign(given.boundaries, boundary) && { boundary }),
    ...(type === "role" && onlyDenies(document) && { trust: document }),
  };
}

/** The managed policies, by ARN, and the groups, by name, of an account that only deny. */
export function denyingIn(identities: Identity[]): { isDenying: (arn: string) => boolean; groups: Set<string> } {
  const own = new Set(
    identities.flatMap(({ type, arn, document }) => (type === "managed policy" && onlyDenies(document) ? [arn] : [])),
  );
  const isDenying = (arn: string): boolean => deniesByName(arn) || own.has(arn);
  const groups = identities.filter((one) => isDenyingGroup(one, isDenying)).map(({ name }) => name);
  return { isDenying, groups: new Set(groups) };
}

/** A group whose every policy only denies, such as one that somebody was put into to be suspended. */
function isDenyingGroup(
  { type, name, managedPolicies, inlinePolicies }: Identity,
  isDenying: (arn: string) => boolean,
): boolean {
  if (type !== "group" || name === developersGroup || managedPolicies.length + inlinePolicies.length === 0)
    return false;
  return managedPolicies.every(isDenying) && inlinePolicies.every(({ document }) => onlyDenies(document));
}

/**
 * A function that returns the developer on the roster whose user or role an identity is.
 *
 * @param held the stack's resources; they also tell roles whose names have a prefix that the settings no longer have
 */
export function developersBy(
  settings: Settings,
  held: StackBefore["held"] = [],
): (account: string, identity: Named) => string | undefined {
  const users = new Set(Object.keys(settings.developers));
  // A shared role is nobody's.
  const own = settings.roles === "shared" ? [] : [...users];
  const byRole = new Map(own.map((name) => [roleNameOf(settings, name), name]));
  const key = (account: string, name: string): string => [account, name].join("\n");
  const owners = new Map(
    held.flatMap(({ account, type, name, developer }) =>
      type === "role" && developer !== undefined ? [[key(account, name), developer] as const] : [],
    ),
  );
  return (account, { type, name }) => {
    if (account === "auth") return type === "user" && users.has(name) ? name : undefined;
    if (type !== "role") return undefined;
    const owner = owners.get(key(account, name)) ?? byRole.get(name);
    return owner !== undefined && users.has(owner) ? owner : undefined;
  };
}

type Named = Pick<Identity, "type" | "name">;

/** The denials that were not there before. */
export function newDenials(now: Denied[], before: Denied[]): Denied[] {
  return now.flatMap((one) => {
    const known = before.find(({ resource }) => isDeepStrictEqual(resource, one.resource))?.policies ?? [];
    const policies = one.policies.filter((policy) => !known.includes(policy));
    return policies.length === 0 ? [] : [{ ...one, policies }];
  });
}
