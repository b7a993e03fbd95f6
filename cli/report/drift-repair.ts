import type { ResourceChange } from "./schema.ts";

/** Tells a resource from others, before and after a change. */
export function keyOf({ account, type, name }: Pick<ResourceChange, "account" | "type" | "name">): string {
  return [account, type, name].join("\n");
}

/** Whether a change does nothing but put back what has drifted. */
export function isUndone(drift: ResourceChange, repair: ResourceChange): boolean {
  if (keyOf(drift) !== keyOf(repair) || drift.operation !== "update" || repair.operation !== "update") return false;
  const [there, back] = [valuesOf(drift, "removed", "added"), valuesOf(repair, "added", "removed")];
  return there.length > 0 && there.join("\n") === back.join("\n");
}

type Side = "removed" | "added";

/** Every value that goes or comes, in order, as JSON. */
function valuesOf({ properties, policies }: ResourceChange, gone: Side, come: Side): string[] {
  const elements = policies.flatMap(({ kind, name, statements }) =>
    statements.flatMap(({ sid, elements }) =>
      elements.map(({ element, ...values }) => ({ path: [kind, name, sid, element], values })),
    ),
  );
  return [...properties.map(({ property, ...values }) => ({ path: [property], values })), ...elements]
    .flatMap(({ path, values }) => [
      ...values[gone].map((value) => JSON.stringify(["gone", path, value])),
      ...values[come].map((value) => JSON.stringify(["come", path, value])),
    ])
    .sort();
}
