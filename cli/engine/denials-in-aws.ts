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
import type { Danger, Warning } from "../results/warning.ts";

/**
 * Policies that only deny, on users and roles of the stack: somebody, or AWS itself, has shut them out. They are alarms, and
 * never drift that is repaired unasked.
 */
export type Denied = Extract<Warning, { kind: "denied" }>;

/** What only denies on the stack's users and roles, as AWS has it. */
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
        // The end of sessions, whoever has put it there, is no alarm; a cut-off and a lock are others.
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

/** What only denies on one user, role or group, and is not given by the stack. */
export interface Denying {
  /** ARNs of managed policies. */
  managed: string[];
  inline: Identity["inlinePolicies"];
  /** Names of a user's groups. */
  groups: string[];
  /** The ARN of the permissions boundary. */
  boundary?: string;
  /** A role's trust policy. */
  trust?: unknown;
}

/** @param given what the stack gives to its roles, and had given: that is nobody's alarm, and goes by an edit of the settings */
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

/** Which of an account's policies, by ARN, and which of its groups, by name, only deny. */
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
 * Whose user or role it is, of those on the roster.
 *
 * @param held what the stack has: roles under a prefix that the settings do not have any more, and those of others
 */
export function developersBy(
  settings: Settings,
  held: StackBefore["held"] = [],
): (account: string, identity: Named) => string | undefined {
  const users = Object.keys(settings.developers);
  // A shared role is nobody's.
  const own = settings.roles === "shared" ? [] : users;
  const byRole = new Map(own.map((name) => [roleNameOf(settings, name), name]));
  const key = (account: string, name: string): string => [account, name].join("\n");
  const owners = new Map(
    held.flatMap(({ account, type, name, developer }) =>
      type === "role" && developer !== undefined ? [[key(account, name), developer] as const] : [],
    ),
  );
  return (account, { type, name }) => {
    if (account === "auth") return type === "user" && users.includes(name) ? name : undefined;
    if (type !== "role") return undefined;
    const owner = owners.get(key(account, name)) ?? byRole.get(name);
    return owner !== undefined && users.includes(owner) ? owner : undefined;
  };
}

type Named = Pick<Identity, "type" | "name">;

/** Those of it that were not there before. */
export function newDenials(now: Denied[], before: Denied[]): Denied[] {
  return now.flatMap((one) => {
    const known = before.find(({ resource }) => isDeepStrictEqual(resource, one.resource))?.policies ?? [];
    const policies = one.policies.filter((policy) => !known.includes(policy));
    return policies.length === 0 ? [] : [{ ...one, policies }];
  });
}

/**
 * What only denies, is known to the state since a refresh, and would be taken off by `up`. Most of it never comes into the state
 * (see cli/engine/denials.ts).
 *
 * @param known what AWS has of it: what is gone there is no more to be taken off
 */
export function liftedDenials(
  { held }: StackBefore,
  known: Denied[],
  { liftDenials = [] }: { liftDenials?: string[] | undefined },
): Danger[] {
  const resources = held.flatMap(({ account, type, name, properties }) => {
    const alarmed = known.find(({ resource }) => resource.account === account && resource.name === name);
    if (alarmed === undefined || alarmed.resource.type !== type) return [];
    const { managedPolicyArns = [], policies = [], groups = [], permissionsBoundary } = properties as Properties;
    const noted = [
      ...managedPolicyArns,
      ...policies.map(({ policyName }) => policyName),
      ...groups,
      permissionsBoundary,
      ...(onlyDenies(properties["assumeRolePolicyDocument"]) ? [trustPolicyName] : []),
    ];
    const lifted = alarmed.policies.filter((policy) => noted.includes(policy));
    const isMeant = liftDenials.includes(alarmed.developer);
    return lifted.length === 0 || isMeant ? [] : [{ account, type, name, policies: lifted }];
  });
  return resources.length === 0 ? [] : [{ kind: "denials-lifted", refused: true, resources }];
}

interface Properties {
  managedPolicyArns?: string[];
  policies?: { policyName: string }[];
  groups?: string[];
  permissionsBoundary?: string;
}
