import type { Settings } from "../../infra/settings.ts";
import type { StackChanges, StackResource } from "./resource.ts";

/**
 * The accounts whose access role changes, as updates. Nothing changes in AWS, but the state has to have the new role: a later
 * refresh assumes the role in the state. The new role is the settings', not the run's: a run that only reads may assume another.
 */
export function changedAccessRoles({ accounts }: StackChanges, settings: Settings): StackResource[] {
  const names = ["auth", ...Object.keys(settings.developmentAccounts)];
  const { accessRole } = settings;
  return names.flatMap((account): StackResource[] => {
    const before = accounts.get(account)?.accessRole;
    if (before === undefined || before === accessRole) return [];
    const identity = { account, type: "access role", name: accessRole };
    return [{ operation: "update", ...identity, before: { accessRole: before }, after: { accessRole } }];
  });
}
