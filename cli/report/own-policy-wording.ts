import type { Warning } from "../results/warning.ts";
import { listed, type Mark } from "./phrases.ts";

/** The text of a warning. @param warning about the organization's own service control policies */
export function ownPolicyText(
  warning: Extract<
    Warning,
    {
      kind:
        | "own-policies-removed"
        | "own-policies-weakened"
        | "own-policy-loose"
        | "own-policy-shuts-out"
        | "own-policy-stops";
    }
  >,
  mark: Mark,
): string {
  switch (warning.kind) {
    case "own-policies-removed": {
      const isOne = warning.policies.length === 1;
      const [policies, are, deny] = isOne ? ["policy", "is", "it denies"] : ["policies", "are", "they deny"];
      return `The own service control ${policies} ${listed(warning.policies, mark)} ${are} taken off: what ${deny} is open from then on.`;
    }
    case "own-policies-weakened":
      return warning.policies
        .map(({ name, statements }) => {
          const what = `The own service control policy ${mark(name)} denies less than before`;
          return `${what}, by ${listed(statements, mark)}: what these denied may be open from then on.`;
        })
        .join(" ");
    case "own-policy-loose": {
      const { name, change, targets } = warning;
      const how =
        change === "detached"
          ? `was detached from ${listed(targets, mark)}`
          : change === "deleted"
            ? "was deleted"
            : "was changed";
      return `Outside the stack, the own service control policy ${mark(name)} ${how}: what it denies may be open.`;
    }
    case "own-policy-shuts-out": {
      const { who, accounts, actions, policies } = warning;
      const by = policies.length === 1 ? "policy" : "policies";
      return `The service control ${by} ${listed(policies, mark)} would shut out ${who} in ${listed(accounts, mark)}: ${listed(actions, mark, 4)} would be denied.`;
    }
    case "own-policy-stops": {
      const { who, accounts, actions, policies } = warning;
      const [by, stop] = policies.length === 1 ? ["policy", "stops"] : ["policies", "stop"];
      return `The own service control ${by} ${listed(policies, mark)} ${stop} ${who} in ${listed(accounts, mark)} from ${listed(actions, mark)}.`;
    }
  }
}
