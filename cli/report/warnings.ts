import type { StackResource } from "../changes/resource.ts";
import type { Warning } from "../results/warning.ts";

/** Warnings about lost access, by developer: deletions, and replacements, after which access comes again. */
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
    // A lost resource is shown with its former name.
    resources: resources.map(({ account, type, name, formerName = name }) => ({ account, type, name: formerName })),
  }));
}

/** Whether the next `up` corrects a difference that is in AWS but not in the state. */
export function isPutRight(warning: Warning): boolean {
  if (warning.kind !== "service-control-policy") return warning.kind === "stale-trust";
  return warning.change !== "attached" && warning.repair === true;
}

/** Whether AWS has lost protection: the service control policy is deleted, detached from a unit, or changed. */
export function isWeakened(warning: Warning): boolean {
  return warning.kind === "service-control-policy" && ["deleted", "detached", "changed"].includes(warning.change);
}
