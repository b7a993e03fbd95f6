import type { Settings } from "../../infra/settings.ts";

/** The number of accounts from which per-developer roles slow a run noticeably. */
const many = 50;

/** The cost of a run with per-developer roles in many accounts, and the remedy; undefined where it does not matter. */
export function costOfManyAccounts({
  developmentAccounts,
  roles,
}: Pick<Settings, "developmentAccounts" | "roles">): { fact: string; remedy: string } | undefined {
  const accounts = Object.keys(developmentAccounts).length;
  if (roles === "shared" || accounts < many) return undefined;
  // Measured on 2 cores: a plugin process of 66 MB, and 0.22 s, for each account (docs/scale.md).
  const [memory, seconds] = [((accounts * 66) / 1000).toFixed(1), Math.round(accounts * 0.22)];
  return {
    fact: `${accounts} development accounts take each run that changes something about ${memory} GB of memory and ${seconds} s, since roles are each developer's own.`,
    remedy:
      "With mfa-admin:roles: shared, CloudFormation StackSets make one role in every account, and a run costs the same for any number (docs/scale.md).",
  };
}

/** The same as one text. */
export function manyAccountsNote(settings: Pick<Settings, "developmentAccounts" | "roles">): string | undefined {
  const cost = costOfManyAccounts(settings);
  return cost && `Note: ${cost.fact} ${cost.remedy}`;
}
