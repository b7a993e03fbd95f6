import type { Change } from "../results/change.ts";
import { differences } from "./differences.ts";
import type { StackResource } from "./resource.ts";

/** What is told of a resource that is created or deleted: of an own policy its text, of any other its name alone. */
function wholeText({ type, before = {}, after = {} }: StackResource): Pick<Change, "properties" | "policies"> {
  return type === "own service control policy"
    ? differences(before, after, ["content"])
    : { properties: [], policies: [] };
}

/** The change of a resource, as it is reported. */
export function changeOf(resource: StackResource): Change {
  const { operation, account, type, name, developer, before, after, differing = [], since, takeover } = resource;
  if (operation === "same") throw new Error(`${type} ${name} does not change.`);
  const differ = before && after ? differences(before, after, resource.differing) : wholeText(resource);
  if (before && after && differ.properties.length + differ.policies.length === 0) {
    // The engine found a difference that the inputs don't show: only the properties' names are reported.
    differ.properties = differing.map((property) => ({ property, removed: [], added: [] }));
  }
  return {
    operation,
    account,
    type,
    name,
    ...(developer !== undefined && { developer }),
    ...differ,
    ...(since !== undefined && { since }),
    ...(takeover && { takeover }),
  };
}
