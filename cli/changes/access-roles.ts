import type { Settings } from "../../infra/settings.ts";
import type { StackChanges, StackResource } from "./resource.ts";

/**
 * The accounts that are reached by another role from now on. It is nothing in AWS, but the state has to learn of it: a later
 * refresh goes by what the state says. The settings tell which, not the run: one that only reads may go by a role of its own.
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
