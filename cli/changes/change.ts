import type { Change } from "../results/change.ts";
import { differences } from "./differences.ts";
import type { StackResource } from "./resource.ts";

/** Nobody knows what an own policy says but by its text; what else comes or goes whole is told by its name. */
function wholeText({ type, before = {}, after = {} }: StackResource): Pick<Change, "properties" | "policies"> {
  return type === "own service control policy"
    ? differences(before, after, ["content"])
    : { properties: [], policies: [] };
}

/** What is told of a resource that changes. */
export function changeOf(resource: StackResource): Change {
  const { operation, account, type, name, developer, before, after, differing = [], since, takeover } = resource;
  if (operation === "same") throw new Error(`${type} ${name} does not change.`);
  const differ = before && after ? differences(before, after, resource.differing) : wholeText(resource);
  if (before && after && differ.properties.length + differ.policies.length === 0) {
    // The engine sees what the properties do not show.
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
