import { identityKey } from "../changes/step.ts";
import type { Change } from "../results/change.ts";

/** Whether a change only reverts drift. */
export function isUndone(drift: Change, repair: Change): boolean {
  if (identityKey(drift) !== identityKey(repair) || drift.operation !== "update" || repair.operation !== "update")
    return false;
  const [there, back] = [valuesOf(drift, "removed", "added"), valuesOf(repair, "added", "removed")];
  return there.length > 0 && there.join("\n") === back.join("\n");
}

type Side = "removed" | "added";

/** Every removed and added value, sorted, as JSON. */
function valuesOf({ properties, policies }: Change, gone: Side, come: Side): string[] {
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
