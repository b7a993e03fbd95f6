import { GetAccountSummaryCommand, type IAMClient, IAMServiceException } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { exemptionsOf } from "../../infra/exemptions.ts";
import { furtherPolicies } from "../../infra/control-policies.ts";
import { accountIdsIn, accountsOf, serviceControlPolicyName } from "../../infra/names.ts";
import {
  developerPolicy,
  developerRoleTrust,
  serviceControlPolicy,
  serviceControlPolicyQuota,
} from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import { requireRights } from "../aws/account-reach.ts";
import { clientsIn } from "../aws/clients.ts";
import { isAccessDenied } from "../aws/error-words.ts";
import { requireAccess } from "../aws/preconditions.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import { costOfManyAccounts } from "../report/many-accounts.ts";
import type { Check } from "../results/doctor.ts";
import { looked, ok } from "./check.ts";

/**
 * Checks of each account: whether the access role can be assumed and may read, and whether the quotas are enough.
 *
 * @param advance called for each account that is done
 */
export async function accountChecks(
  settings: Settings,
  before: StackBefore | undefined,
  advance: () => void,
): Promise<Check[]> {
  const iam = clientsIn(settings);
  const accounts = Object.entries(accountIdsIn(settings));
  const look = async ([account, id]: [account: string, id: string]): Promise<Check[]> => {
    const found = await inAccount(account, id, iam(id), settings, before);
    advance();
    return found;
  };
  const checks = await pMap(accounts, look, { concurrency: 8 });
  return checks.flat();
}

async function inAccount(
  account: string,
  id: string,
  iam: IAMClient,
  settings: Settings,
  before: StackBefore | undefined,
): Promise<Check[]> {
  const { accessRole } = settings;
  const subject = { name: "access-role", account };
  let summary: Record<string, number> = {};
  const role = await looked(subject, async () => {
    try {
      summary = (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {};
    } catch (error) {
      if (isAccessDenied(error) && !(error instanceof IAMServiceException))
        await requireAccess(account, id, accessRole);
      throw error;
    }
    await requireRights(account, id, accessRole, iam);
    return [ok(subject, `The access role of ${account} (${id}) can be assumed, and may look around.`)];
  });
  return [...role, ...quotaChecks(account, summary, needIn(account, settings, before))];
}

/**
 * The room that an account needs: the number of further resources, and lengths of policies. Undefined: none comes to the account.
 */
export interface Need {
  users?: number;
  roles?: number;
  groups?: number;
  policies?: number;
  /** Managed policies on one role. */
  perRole?: number;
  /** The longest trust policy, and the longest managed policy, in characters. */
  trust?: number;
  policy?: number;
}

/** The room that the settings need in an account. @param before the stack's resources; without them, all count as further ones */
export function needIn(account: string, settings: Settings, before: Pick<StackBefore, "held"> | undefined): Need {
  const names = Object.keys(settings.developers);
  const held = before?.held.filter((one) => one.account === account) ?? [];
  const has = (type: string): boolean => held.some((one) => one.type === type);
  if (account === "auth") {
    return {
      users: names.filter((name) => !held.some((one) => one.type === "user" && one.name === name)).length,
      groups: has("group") ? 0 : 1,
      policies: has("managed policy") ? 0 : 1,
      policy: JSON.stringify(developerPolicy(settings)).length,
    };
  }
  const own = names.filter((name) => accountsOf(settings, name).includes(account));
  return {
    roles: own.filter((name) => !held.some((one) => one.type === "role" && one.developer === name)).length,
    ...(own.length > 0 && {
      perRole: settings.permissions.length,
      trust: Math.max(...own.map((name) => JSON.stringify(developerRoleTrust(settings, name)).length)),
    }),
  };
}

/** The keys of usage and quota in IAM's summary (IAM API Reference, "GetAccountSummary"), for each need. */
const quotas: { of: keyof Need; used?: string; quota: string; noun: string }[] = [
  { of: "users", used: "Users", quota: "UsersQuota", noun: "users" },
  { of: "roles", used: "Roles", quota: "RolesQuota", noun: "roles" },
  { of: "groups", used: "Groups", quota: "GroupsQuota", noun: "groups" },
  { of: "policies", used: "Policies", quota: "PoliciesQuota", noun: "managed policies" },
  { of: "perRole", quota: "AttachedPoliciesPerRoleQuota", noun: "managed policies on a role" },
  { of: "policy", quota: "PolicySizeQuota", noun: "characters of a managed policy" },
  { of: "trust", quota: "AssumeRolePolicySizeQuota", noun: "characters of a role's trust policy" },
];

/** @param summary IAM's summary of an account; a quota that it does not have is not checked */
export function quotaChecks(account: string, summary: Record<string, number>, need: Need): Check[] {
  const told = quotas.flatMap(({ of, used, quota, noun }) => {
    const [most, there, more] = [summary[quota], used === undefined ? undefined : (summary[used] ?? 0), need[of]];
    if (most === undefined || more === undefined) return [];
    const coming = there === undefined || more === 0 ? "" : `, ${more} to come`;
    const all = (there ?? 0) + more;
    return [{ text: `${there ?? more} of ${most} ${noun}${coming}`, isEnough: all <= most, noun }];
  });
  if (told.length === 0) return [];
  const subject = { name: "quota", account };
  const missing = told.filter(({ isEnough }) => !isEnough);
  if (missing.length === 0) return [ok(subject, `In ${account}: ${told.map(({ text }) => text).join("; ")}.`)];
  return missing.map(({ text, noun }) => ({
    ...subject,
    level: "failure",
    fact: `In ${account}, IAM's quota is not enough: ${text}.`,
    remedy: `Have the quota of ${noun} raised in Service Quotas, in ${account}; or delete what is not needed any more.`,
  }));
}

/** A warning where the number of accounts makes each run slow. */
export function costChecks(settings: Settings): Check[] {
  const cost = costOfManyAccounts(settings);
  return cost === undefined ? [] : [{ name: "many-accounts", level: "warning", ...cost }];
}

/** Checks the lengths of the service control policies; AWS has no call that returns their quota. */
export function sizeChecks(settings: Settings): Check[] {
  const policies = [
    {
      name: serviceControlPolicyName,
      type: "SERVICE_CONTROL_POLICY",
      content: serviceControlPolicy(exemptionsOf(settings)),
    },
    ...furtherPolicies(settings, "o-0123456789"),
  ].filter(({ type }) => type === "SERVICE_CONTROL_POLICY");
  const lengths = policies.map(({ name, content }) => ({ name, length: JSON.stringify(content).length }));
  const long = lengths.filter(({ length }) => length > serviceControlPolicyQuota);
  const subject = { name: "policy-size" };
  if (long.length === 0) {
    return [
      ok(
        subject,
        `Of ${serviceControlPolicyQuota} characters: ${lengths.map(({ name, length }) => `${name} ${length}`).join(", ")}.`,
      ),
    ];
  }
  return long.map(({ name, length }) => ({
    ...{ ...subject, level: "failure" },
    fact: `The service control policy ${name} would have ${length} characters, and AWS takes ${serviceControlPolicyQuota}.`,
    remedy: "Name fewer exemptions or guard rails in the settings, or divide a file of policies.",
  }));
}
