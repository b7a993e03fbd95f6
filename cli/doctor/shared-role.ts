import { accountsWithOwnRoles } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { requireSharedRolePossible } from "../aws/shared-role-preconditions.ts";
import { type RoleInAccount, rolesInAccounts } from "../aws/stack-sets.ts";
import { counted } from "../report/summary.ts";
import type { Check } from "../results/doctor.ts";
import { looked, ok } from "./check.ts";

/**
 * Checks of a shared role: what it needs of the organization, and its state in each account; none where developers have own roles.
 */
export async function sharedRoleChecks(settings: Settings): Promise<Check[]> {
  if (settings.roles !== "shared") return [];
  const [needs, rollout] = await Promise.all([
    looked({ name: "stack-sets" }, async () => {
      await requireSharedRolePossible(settings);
      return [ok({ name: "stack-sets" }, "CloudFormation StackSets may make the shared role in the units' accounts.")];
    }),
    looked({ name: "shared-role" }, async () => rolloutChecks(await rolesInAccounts(), settings)),
  ]);
  return [...needs, ...rollout];
}

/** Checks by account where the role is not as the settings say. Suspended accounts, which AWS skips, are left out. */
export function rolloutChecks(
  roles: RoleInAccount[] | undefined,
  { developmentAccounts }: Pick<Settings, "developmentAccounts">,
): Check[] {
  if (roles === undefined) return [ok({ name: "shared-role" }, "The shared role is not made yet; up makes it.")];
  const names = new Map(Object.entries(developmentAccounts).map(([name, id]) => [id, name]));
  const present = roles.filter(({ state }) => state !== "suspended");
  const current = present.filter(({ state }) => state === "current");
  const told = present.flatMap(({ accountId, state, reason, drifted }): Check[] => {
    const account = names.get(accountId) ?? accountId;
    const subject = { name: "shared-role", account, level: "warning" } as const;
    const where = account === accountId ? accountId : `${account} (${accountId})`;
    if (state === "failed") {
      const fact = `The shared role could not be made as the settings say in ${where}: ${reason ?? "AWS tells no reason."}`;
      return [
        { ...subject, fact, remedy: "Correct what it says; up has CloudFormation try again.", command: "mfa-admin up" },
      ];
    }
    if (state === "pending") return [{ ...subject, fact: `The shared role is still on its way in ${where}.` }];
    const fact = `The shared role was changed outside the stack set in ${where}, as AWS has found.`;
    return drifted ? [{ ...subject, fact, remedy: "mfa-admin verify tells how; put it back there by hand." }] : [];
  });
  const sum = `The shared role is in ${current.length} of ${counted(present.length, "account")}.`;
  return [ok({ name: "shared-role" }, sum), ...told];
}

/** The settings with only the accounts in which a run itself acts, without those that StackSets deploy to. */
export const actingIn = (settings: Settings): Settings => ({
  ...settings,
  developmentAccounts: accountsWithOwnRoles(settings),
});
