import { exchanged, isDifferent, itemsOf } from "./exchange.ts";
import { policyChanges, policyProperties } from "./policy-differences.ts";
import type { Change } from "../results/change.ts";

/**
 * What differs between two sets of a resource's properties: policies by their statements, lists by their items.
 *
 * @param among the properties to look at; all of them when left out
 */
export function differences(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  among: string[] = [...Object.keys(before), ...Object.keys(after)],
): Pick<Change, "properties" | "policies"> {
  const keys = [...new Set(among)].sort();
  return {
    properties: keys
      .filter((key) => !policyProperties.includes(key))
      .map((property) => ({ property, ...exchanged(itemsOf(before[property]), itemsOf(after[property])) }))
      .filter(isDifferent),
    policies: policyProperties
      .filter((key) => keys.includes(key))
      .flatMap((key) => policyChanges(key, before[key], after[key])),
  };
}
