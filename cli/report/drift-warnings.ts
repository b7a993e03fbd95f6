import type { Change, PolicyChange } from "../results/change.ts";
import type { Warning } from "../results/warning.ts";

/**
 * Warnings about drift that may give somebody rights that the stack does not give.
 *
 * @param denying policies that only deny, by ARN or name
 */
export function driftWarnings(drifted: Change[], denying = new Set<string>()): Warning[] {
  return [
    ...drifted.flatMap(policyDrift),
    ...trustPolicies(drifted),
    ...drifted.flatMap((one) => permissions(one, denying)),
    ...drifted.flatMap(developersPolicy),
  ];
}

function policyDrift(drifted: Change): Warning[] {
  const { type, name, operation, properties, policies } = drifted;
  if (type === "guard rail") return furtherDrift("guard-rail-loose", drifted);
  if (type === "own service control policy") return furtherDrift("own-policy-loose", drifted);
  if (type !== "service control policy") return [];
  const warning = (change: "deleted" | "detached" | "changed", organizationalUnits: string[] = []): Warning[] => [
    { kind: "service-control-policy", change, name, organizationalUnits },
  ];
  if (operation === "delete") return warning("deleted");
  const detached = properties.find(({ property }) => property === "targetIds")?.removed ?? [];
  return [
    ...(detached.length > 0 ? warning("detached", detached) : []),
    ...(policies.length > 0 ? warning("changed") : []),
  ];
}

function furtherDrift(
  kind: "guard-rail-loose" | "own-policy-loose",
  { name, operation, properties, policies }: Change,
): Warning[] {
  const detached = properties.find(({ property }) => property === "targetIds")?.removed ?? [];
  const isLoose = operation === "delete" || detached.length > 0 || policies.length > 0;
  const change = operation === "delete" ? "deleted" : detached.length > 0 ? "detached" : "changed";
  return isLoose ? [{ kind, name, change, targets: detached }] : [];
}

function trustPolicies(drifted: Change[]): Warning[] {
  const changed = drifted.filter(({ policies }) => policies.some(isOpened));
  return [...Map.groupBy(changed, ({ developer }) => developer)].map(([developer, resources]) => ({
    kind: "trust-policy",
    ...(developer !== undefined && { developer }),
    resources: resources.map(identity),
  }));
}

/** Whether a trust policy allows more than before. A user who is gone does not count: IAM then shows the unique id, which is nobody's. */
function isOpened({ kind, statements }: PolicyChange): boolean {
  const elements = statements.flatMap((statement) => statement.elements);
  const allowsMore = statements.some(({ change, effect }) => (change === "removed") === (effect === "Deny"));
  return (
    kind === "trust policy" &&
    allowsMore &&
    !elements.every(({ element, added }) => element === "Principal AWS" && added.every((id) => id.startsWith("AIDA")))
  );
}

function permissions(drifted: Change, denying: Set<string>): Warning[] {
  if (!["user", "role", "group"].includes(drifted.type)) return [];
  const { properties, policies } = drifted;
  const addedTo = (wanted: string): string[] =>
    properties.flatMap(({ property, added }) =>
      property === wanted ? added.filter((value) => !denying.has(value)) : [],
    );
  const [managedPolicies, groups] = [addedTo("managedPolicyArns"), addedTo("groups")];
  const inlinePolicies = policies.flatMap(({ kind, name = "", change }) =>
    kind === "inline policy" && change !== "removed" && !denying.has(name) ? [name] : [],
  );
  const boundary = properties.some(
    ({ property, added }) => property === "permissionsBoundary" && !added.some((arn) => denying.has(arn)),
  );
  if (managedPolicies.length + inlinePolicies.length + groups.length === 0 && !boundary) return [];
  return [{ kind: "permissions", resource: identity(drifted), managedPolicies, inlinePolicies, groups, boundary }];
}

function developersPolicy(drifted: Change): Warning[] {
  if (drifted.type !== "managed policy" || drifted.policies.length === 0) return [];
  return [{ kind: "developers-policy", resource: identity(drifted) }];
}

const identity = ({ account, type, name }: Change): { account: string; type: string; name: string } => ({
  account,
  type,
  name,
});
