import { assignmentFromTags } from "../../infra/assignment.ts";
import { accountIdsIn, developersGroup, ownRolesOf, roleNameOf, serviceControlPolicyName } from "../../infra/names.ts";
import { ownPolicyName } from "../../infra/own-policies.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import { identityKey } from "../changes/step.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Danger } from "../results/warning.ts";
import { developersBy } from "../engine/denials-in-aws.ts";
import { isUniqueId, principalsOf } from "./trust.ts";

/** A name that the stack will give, and that a resource in AWS has already. */
export interface Taken {
  account: string;
  type: string;
  name: string;
  /** The identity that has the name; undefined for a service control policy. */
  found?: Identity;
}

/** The resources that all developers share (see infra/auth-account.ts). */
const shared = [
  { account: "auth", type: "managed policy", name: "mfa-admin-developer" },
  { account: "auth", type: "group", name: developersGroup },
];

/**
 * The resources that AWS has already under names that the settings give, and that are not the stack's.
 *
 * @param unfinished the resources that are in the state, or that a pending operation makes, by {@link identityKey}; the next run settles
 * these
 */
export function takenNames(
  look: Look,
  { held, accounts: idsBefore }: StackBefore,
  settings: Settings,
  unfinished: ReadonlySet<string>,
): Taken[] {
  const ids = new Map(Object.entries(accountIdsIn(settings)));
  // IAM's names are not case-sensitive. A resource of the stack whose name differs in case alone is left to the guards.
  const key = (id: string, type: string, name: string): string => [id, type, name.toLowerCase()].join("\n");
  const own = new Set(
    held.map(({ account, type, name }) => key(idsBefore[account] ?? ids.get(account) ?? "", type, name)),
  );
  const isOwn = ({ account, type, name }: Taken): boolean =>
    own.has(key(ids.get(account) ?? "", type, name)) || unfinished.has(identityKey({ account, type, name }));
  const strangers = new Set(madeByOthers(look, held, settings).map(({ found }) => found));
  const taken = foundOf(look, [...shared, ...identitiesOf(settings)]).filter(
    (one) => strangers.has(one.found) || !isOwn(one),
  );
  const policy = { account: "management", type: "service control policy", name: serviceControlPolicyName };
  const hasPolicy = held.some(({ type }) => type === policy.type) || unfinished.has(identityKey(policy));
  const policies = takenPolicies(look, held, settings).filter((one) => !unfinished.has(identityKey(one)));
  return [...taken, ...(look.shield === undefined || hasPolicy ? [] : [policy]), ...policies];
}

/** Service control policies in AWS that have the name of one of the organization's own, and are not the stack's. */
function takenPolicies(
  { policyNames }: Look,
  held: StackBefore["held"],
  { serviceControlPolicies }: Settings,
): Taken[] {
  const type = "own service control policy";
  const own = held.filter((one) => one.type === type).map(({ name }) => name);
  return serviceControlPolicies.map(ownPolicyName).flatMap((name): Taken[] => {
    const isTaken = policyNames.includes(name) && !own.includes(name);
    return isTaken ? [{ account: "management", type, name }] : [];
  });
}

/**
 * Users of the stack that somebody has deleted and made again. They have another unique id in IAM, and the roles' trust policies
 * don't match them (IAM User Guide, "IAM identifiers"). A user that mfa-admin has made again is told by its tags.
 */
export function madeByOthers(look: Pick<Look, "identities">, held: StackBefore["held"], settings: Settings): Taken[] {
  const developerOf = developersBy(settings, held);
  const heldUsers = new Set(held.flatMap(({ type, name }) => (type === "user" ? [name] : [])));
  const roles = [...look.identities].flatMap(([account, identities]) =>
    identities.filter(({ type }) => type === "role").map((role) => ({ role, developer: developerOf(account, role) })),
  );
  const users = identitiesOf(settings).filter(({ type, name }) => type === "user" && heldUsers.has(name));
  return foundOf(look, users).filter(({ name, found }) => {
    const { authAccount } = settings;
    if (found === undefined || assignmentFromTags({ userName: name, authAccount }, found.tags) !== undefined) {
      return false;
    }
    const own = roles.filter(({ developer }) => developer === name);
    return own.length === 0 || own.some(({ role }) => principalsOf(role.document).some(isUniqueId));
  });
}

/** The wanted names that AWS has, compared without case, as IAM does. */
function foundOf({ identities }: Pick<Look, "identities">, wanted: Omit<Taken, "found">[]): Taken[] {
  const key = (account: string, { type, name }: Pick<Taken, "type" | "name">): string =>
    [account, type, name.toLowerCase()].join("\n");
  const all = [...identities].flatMap(([account, own]) => own.map((one) => [key(account, one), one] as const));
  // The first of two is meant, as AWS lists them.
  const byKey = new Map(all.toReversed());
  return wanted.flatMap((one): Taken[] => {
    const found = byKey.get(key(one.account, one));
    return found === undefined ? [] : [{ ...one, found }];
  });
}

function identitiesOf(settings: Settings): Omit<Taken, "found">[] {
  return Object.keys(settings.developers).flatMap((name) => [
    { account: "auth", type: "user", name },
    ...ownRolesOf(settings, name).map((account) => ({ account, type: "role", name: roleNameOf(settings, name) })),
  ]);
}

/** Whether `--adopt` can take the resource over: its name has to be equal, case included, and its path the stack's. */
export function isAdoptable({ type, name, found }: Taken): boolean {
  if (found === undefined) return true;
  // An update can move a user, and a group is identified by its name alone. The path of a role or a policy is part of its identity.
  return found.name === name && (found.path === "/" || type === "user" || type === "group");
}

/** The dangers of taken names: those that no flag allows, and those that need `--adopt`. */
export function nameDangers(taken: Taken[], { adopt = false }: { adopt?: boolean | undefined }): Danger[] {
  const [adoptable, others] = [taken.filter(isAdoptable), taken.filter((one) => !isAdoptable(one))];
  return [
    ...(others.length > 0
      ? [{ kind: "name-in-the-way" as const, refused: true, resources: others.map(inTheWay) }]
      : []),
    ...(adoptable.length > 0
      ? [
          {
            kind: "name-taken" as const,
            refused: !adopt,
            resources: adoptable.map(({ account, type, name }) => ({ account, type, name })),
          },
        ]
      : []),
  ];
}

function inTheWay({ account, type, name, found }: Taken) {
  return { account, type, name, found: found?.name ?? name, path: found?.path ?? "/" };
}
