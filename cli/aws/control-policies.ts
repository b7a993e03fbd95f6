/** The organization's service and resource control policies, and where they are attached. */

import {
  ListPoliciesCommand,
  ListRootsCommand,
  paginateListPolicies,
  paginateListPoliciesForTarget,
  paginateListTargetsForPolicy,
  type PolicySummary,
} from "@aws-sdk/client-organizations";

import type { ControlPolicyType } from "../../infra/guard-rails.ts";
import { organizationsClient } from "../../infra/organizations-client.ts";
import { isAccessDenied } from "./error-words.ts";

/** The types of policies that are switched on at the organization's root. */
export async function policyTypesOn(): Promise<{ rootId: string; types: string[] }> {
  const { Roots } = await organizationsClient().send(new ListRootsCommand({}));
  const { Id: rootId = "ROOT", PolicyTypes = [] } = Roots?.[0] ?? {};
  return { rootId, types: PolicyTypes.flatMap(({ Type, Status }) => (Status === "ENABLED" && Type ? [Type] : [])) };
}

/**
 * Whether the caller's account may list the organization's policies. An account other than the management account may where they
 * are delegated to it (Organizations User Guide, "Delegated administrator for AWS Organizations").
 */
export async function isPolicyAdministrator(): Promise<boolean> {
  try {
    await organizationsClient().send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY", MaxResults: 1 }));
    return true;
  } catch (error) {
    if (isAccessDenied(error)) return false;
    throw error;
  }
}

/** The organization's policies of a type, attached or not. */
export async function controlPolicies(type: ControlPolicyType): Promise<PolicySummary[]> {
  const policies: PolicySummary[] = [];
  for await (const page of paginateListPolicies({ client: organizationsClient() }, { Filter: type })) {
    policies.push(...(page.Policies ?? []));
  }
  return policies;
}

/** The id of the organization's policy of this name and type; undefined where there is none. */
export async function controlPolicyIdOf(name: string, type: ControlPolicyType): Promise<string | undefined> {
  return (await controlPolicies(type)).find(({ Name }) => Name === name)?.Id;
}

/** The policies of a type that are attached directly to a root, an organizational unit or an account, in AWS's order. */
export async function controlPoliciesOn(targetId: string, type: ControlPolicyType): Promise<PolicySummary[]> {
  const request = { TargetId: targetId, Filter: type };
  const policies: PolicySummary[] = [];
  for await (const page of paginateListPoliciesForTarget({ client: organizationsClient() }, request)) {
    policies.push(...(page.Policies ?? []));
  }
  return policies;
}

/** Ids of the roots, organizational units and accounts that a policy is attached to. */
export async function policyTargets(policyId: string): Promise<string[]> {
  const targets: string[] = [];
  for await (const page of policyTargetPages(policyId)) targets.push(...page);
  return targets;
}

/** The same, page by page: each is a call. */
export async function* policyTargetPages(PolicyId: string): AsyncIterable<string[]> {
  for await (const { Targets = [] } of paginateListTargetsForPolicy({ client: organizationsClient() }, { PolicyId })) {
    yield Targets.flatMap(({ TargetId }) => TargetId ?? []);
  }
}
