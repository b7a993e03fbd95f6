import { developersGroup, policyArnIn, roleNameOf, trustPolicyName } from "../../infra/names.ts";
import { revocationPolicy } from "../../infra/offboarding.ts";
import { deniesByName, isQuarantine, onlyDenies } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import type { StackBefore } from "../preview/guards.ts";
import type { Danger, Warning } from "../preview/schema.ts";

/**
 * Policies that only deny, on users and roles of the stack: somebody, or AWS itself, has shut them out. They are alarms, and
 * never drift that is repaired unasked.
 */
export type Denied = Extract<Warning, { kind: "denied" }>;

/** What only denies on the stack's users and roles, as AWS has it. */
export function denials(look: Pick<Look, "identities">, settings: Settings, held: Held[] = []): Denied[] {
  const developerOf = developersBy(settings, held);
  return [...look.identities].flatMap(([account, identities]) => {
    const { isDenying, groups } = denyingIn(identities);
    return identities.flatMap((identity): Denied[] => {
      const { type, name, managedPolicies, inlinePolicies, boundary } = identity;
      const isOwnGroup = account === "auth" && type === "group" && name === developersGroup;
      const developer = isOwnGroup ? "everybody" : developerOf(account, { type, name });
      if (developer === undefined) return [];
      const managed = managedPolicies.filter((arn) => isDenying(arn) && !isWanted(arn, account, settings));
      const inline = inlinePolicies.filter(
        // The end of sessions, whoever has put it there, is no alarm; a cut-off is another one.
        ({ name: policyName, document }) => onlyDenies(document) && policyName !== revocationPolicy,
      );
      const policies = [
        ...managed,
        ...inline.map((policy) => policy.name),
        ...identity.groups.filter((group) => groups.has(group)),
        ...(boundary !== undefined && isDenying(boundary) ? [boundary] : []),
        ...(type === "role" && onlyDenies(identity.document) ? [trustPolicyName] : []),
      ];
      if (policies.length === 0) return [];
      const quarantine = managed.some(isQuarantine);
      return [{ kind: "denied", quarantine, developer, resource: { account, type, name }, policies }];
    });
  });
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
 * @param held what the stack has: roles under a prefix that the settings do not have any more, too
 */
export function developersBy(
  settings: Settings,
  held: Held[] = [],
): (account: string, identity: Named) => string | undefined {
  const users = Object.keys(settings.developers);
  const former = held.flatMap(({ type, name }) => {
    if (type !== "role") return [];
    const owners = users.filter((user) => name.endsWith(`-${user}`)).sort((a, b) => b.length - a.length);
    return owners.slice(0, 1).map((owner) => [name, owner] as const);
  });
  const byRole = new Map([...former, ...users.map((name) => [roleNameOf(settings, name), name] as const)]);
  return (account, { type, name }) => {
    if (account === "auth") return type === "user" && users.includes(name) ? name : undefined;
    return type === "role" ? byRole.get(name) : undefined;
  };
}

type Held = StackBefore["held"][number];
type Named = Pick<Identity, "type" | "name">;

/** What the settings themselves give to a role is nobody's alarm. */
function isWanted(arn: string, account: string, { developmentAccounts, permissions }: Settings): boolean {
  const id = developmentAccounts[account] ?? "";
  return permissions.some((permission) => policyArnIn(id, permission) === arn);
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
