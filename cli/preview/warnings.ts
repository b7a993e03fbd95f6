import type { PlannedResource } from "./planned.ts";
import type { Warning } from "./schema.ts";

/** Access that goes, or goes and comes again, by developer. */
export function lossesOf(changes: PlannedResource[]): Warning[] {
  return [...lost("replacement", "replace", changes), ...lost("deletion", "delete", changes)];
}

function lost(
  kind: "replacement" | "deletion",
  operation: PlannedResource["operation"],
  changes: PlannedResource[],
): Warning[] {
  const concerned = changes.filter((change) => change.operation === operation);
  return [...Map.groupBy(concerned, ({ developer }) => developer)].map(([developer, resources]) => ({
    kind,
    ...(developer !== undefined && { developer }),
    // What is lost goes by the name that it had.
    resources: resources.map(({ account, type, name, formerName = name }) => ({ account, type, name: formerName })),
  }));
}
