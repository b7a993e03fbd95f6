import type { StackResource } from "../changes/resource.ts";
import type { Warning } from "../results/warning.ts";

/** Access that goes, or goes and comes again, by developer. */
export function lossesOf(changes: StackResource[]): Warning[] {
  return [...lost("replacement", "replace", changes), ...lost("deletion", "delete", changes)];
}

function lost(
  kind: "replacement" | "deletion",
  operation: StackResource["operation"],
  changes: StackResource[],
): Warning[] {
  const concerned = changes.filter((change) => change.operation === operation);
  return [...Map.groupBy(concerned, ({ developer }) => developer)].map(([developer, resources]) => ({
    kind,
    ...(developer !== undefined && { developer }),
    // What is lost goes by the name that it had.
    resources: resources.map(({ account, type, name, formerName = name }) => ({ account, type, name: formerName })),
  }));
}

/** Whether the next `up` puts right what AWS has otherwise, though the state knows nothing of it. */
export function isPutRight(warning: Warning): boolean {
  if (warning.kind !== "service-control-policy") return warning.kind === "stale-trust";
  return warning.change !== "attached" && warning.repair === true;
}

/** Whether AWS has let go of some protection: the service control policy is gone, off a unit, or another. */
export function isWeakened(warning: Warning): boolean {
  return warning.kind === "service-control-policy" && ["deleted", "detached", "changed"].includes(warning.change);
}
