import { anonymous } from "./anonymous.ts";
import { code, block } from "./markdown-text.ts";
import { policyLines, policyTitle } from "./policy-lines.ts";
import type { PolicyChange, Change } from "../results/change.ts";
import type { DeveloperChange } from "../results/report.ts";
import { listed } from "./phrases.ts";

/** The differences of a resource's policies, below its list item. */
export function policiesBelow({ policies }: Change): string[] {
  return policies.map((policy) => {
    if (policy.kind === "policy") return block("diff", policyLines(policy), "  ");
    return `  - ${policyTitle(policy, code)}\n${block("diff", policyLines(policy), "    ")}`;
  });
}

/** A change of a developer's policy. */
interface OwnPolicy extends Pick<Change, "account" | "type" | "name"> {
  developer: string;
  policy: PolicyChange;
}

/** The changes of developers' policies, for which a table has no room: one item for a change that many have in common. */
export function ownPolicies(developers: DeveloperChange[]): string[] {
  const changed = developers.flatMap(({ name: developer, changes }) =>
    changes.flatMap(({ policies, account, type, name }) =>
      policies.map((policy): OwnPolicy => ({ developer, account, type, name, policy })),
    ),
  );
  const groups = Map.groupBy(changed, ({ type, policy, developer }) =>
    JSON.stringify([type, anonymous(policy, developer)]),
  );
  return [...groups.values()].flatMap((group) => {
    const byDeveloper = Map.groupBy(group, ({ developer }) => developer);
    return byDeveloper.size > 2 ? [itemOf(group)] : [...byDeveloper.values()].map(itemOf);
  });
}

/** One item for the same change of one or several developers, in one or several accounts. */
function itemOf(group: OwnPolicy[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const { developer, type, name, policy } = first;
  const names = [...new Set(group.map((one) => one.developer))];
  const accounts = listed([...new Set(group.map(({ account }) => account))], code);
  const isShared = names.length > 1;
  const whose = isShared ? `${type}s of ${names.length} developers, ${listed(names, code)},` : `${type} ${code(name)}`;
  const lines = policyLines(isShared ? anonymous(policy, developer) : policy);
  return `- ${policyTitle(policy, code, ` of ${whose} in ${accounts}`)}\n${block("diff", lines, "  ")}`;
}
