import { isInForce } from "../../infra/lock.ts";
import { deniesEverything } from "../../infra/older-sessions.ts";
import { lockOf } from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import type { DeveloperClass } from "./lines.ts";

/**
 * The developers grouped by their users' policies: of those with the same policies, the simulator is asked about one. A policy that names a
 * developer makes that one a class of its own.
 */
export function developerClasses(
  identities: Identity[],
  { developers }: Pick<Settings, "developers">,
): DeveloperClass[] {
  const users = identities.filter(({ type, name }) => type === "user" && Object.hasOwn(developers, name));
  const given = users.map((user) => ({ name: user.name, theirs: policiesOf(user, identities) }));
  const classes = Map.groupBy(given, ({ name, theirs }) => {
    const texts = JSON.stringify(theirs);
    return texts.includes(`/${name}`) ? `${texts}\n${name}` : texts;
  });
  return [...classes.values()].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ names: own.map(({ name }) => name), ...first.theirs }];
  });
}

/** Whether a policy denies everything now: a lock in force, or a cut-off. */
function shutsOut(policy: string): boolean {
  const document: unknown = JSON.parse(policy);
  const lock = lockOf(document);
  return lock === undefined ? deniesEverything(document) : isInForce(lock);
}

/** The JSON texts of all policies of a user, its groups' included. One of a group that denies everything is nobody's lock. */
function policiesOf(user: Identity, identities: Identity[]): Omit<DeveloperClass, "names"> {
  const documents = new Map(identities.map(({ arn, document }) => [arn, document]));
  const managed = (arn: string): string => {
    const document = documents.get(arn);
    if (document === undefined) throw new Error(`AWS does not tell what the policy ${arn} of ${user.name} says.`);
    return JSON.stringify(document);
  };
  const groups = identities.filter(({ type, name }) => type === "group" && user.groups.includes(name));
  const textsOf = ({ inlinePolicies, managedPolicies }: Identity): string[] => [
    ...inlinePolicies.map(({ document }) => JSON.stringify(document)),
    ...managedPolicies.map(managed),
  ];
  const own = textsOf(user);
  return {
    policies: [...new Set([...own, ...groups.flatMap(textsOf)])].sort(),
    shutOut: own.some(shutsOut),
    ...(user.boundary !== undefined && { boundary: managed(user.boundary) }),
  };
}
