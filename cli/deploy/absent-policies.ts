import { GetPolicyCommand, type IAMClient } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { unlessGone } from "../../infra/gone.ts";
import { accountsOf, policyArnIn } from "../../infra/names.ts";
import { administratorAccess, type Settings } from "../../infra/settings.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Danger } from "../results/warning.ts";

type Setting = "permissions" | "permissionsBoundary";

/**
 * Managed policies in the settings that AWS does not have. Without this check, IAM would refuse the role only after users were
 * made. Policies that a role of the stack has already are not asked for: IAM deletes no attached policy.
 */
export async function absentPolicies(
  before: StackBefore,
  settings: Settings,
  { unreached = [] }: Pick<GuardOptions, "unreached">,
): Promise<Danger[]> {
  const { developmentAccounts, developers, permissions, permissionsBoundary } = settings;
  const inUse = new Set(Object.keys(developers).flatMap((name) => accountsOf(settings, name)));
  const isShared = settings.roles === "shared";
  // With a shared role, an account's own policies are not asked for: the role's failure in the account tells of a missing one.
  const accounts: [string, string][] = isShared
    ? [["auth", settings.authAccount]]
    : Object.entries(developmentAccounts).filter(([name]) => inUse.has(name) && !unreached.includes(name));
  const wanted: [setting: Setting, policy: string][] = [
    ...permissions.map((policy): [Setting, string] => ["permissions", policy]),
    ...(permissionsBoundary === undefined ? [] : [["permissionsBoundary", permissionsBoundary] as [Setting, string]]),
  ];
  const known = new Set([...before.managedPolicies, administratorAccess]);
  const questions = wanted.flatMap(([setting, policy]) => {
    // AWS's own policies are the same in every account.
    const isOfAws = policy.startsWith("arn:aws:iam::aws:");
    if (isShared && !isOfAws) return [];
    const asked = isOfAws ? accounts.slice(0, 1) : accounts;
    return asked
      .map(([account, accountId]) => ({ setting, policy, account, accountId, arn: policyArnIn(accountId, policy) }))
      .filter(({ arn }) => !known.has(arn));
  });
  if (questions.length === 0) return [];
  const { iamIn } = await import("../aws/clients.ts");
  const found = await pMap(
    questions,
    async ({ accountId, arn }) =>
      isElsewhere(accountId, arn) || !(await isPolicyThere(iamIn(accountId, settings), arn)),
    { concurrency: 8 },
  );
  const absent = questions.filter((_, index) => found[index] === true);
  return [...Map.groupBy(absent, ({ setting, policy }) => `${setting} ${policy}`).values()].flatMap(
    (group): Danger[] => {
      const [first] = group;
      if (first === undefined) return [];
      const { setting, policy } = first;
      return [
        { kind: "no-such-policy", refused: true, setting, policy, accounts: group.map(({ account }) => account) },
      ];
    },
  );
}

/** Whether a policy is of another account: a role takes only policies of its own account, and AWS's. */
function isElsewhere(accountId: string, arn: string): boolean {
  return !arn.startsWith("arn:aws:iam::aws:") && !arn.startsWith(`arn:aws:iam::${accountId}:`);
}

function isPolicyThere(iam: IAMClient, arn: string): Promise<boolean> {
  return unlessGone(iam.send(new GetPolicyCommand({ PolicyArn: arn })));
}
