import type { Identity } from "../../cli/aws/identities.ts";
import type { Look } from "../../cli/aws/look.ts";

/** The result of reading an organization in which one account has these identities, and nothing is wrong. */
export function lookAt(account: string, identities: Identity[]): Look {
  return {
    managementAccount: "111111111111",
    managers: ["111111111111"],
    shield: undefined,
    policyNames: [],
    withoutAllow: [],
    uncovered: [],
    missed: [],
    identities: new Map([[account, identities]]),
  };
}
