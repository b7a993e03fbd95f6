import { DescribePolicyCommand, type PolicySummary } from "@aws-sdk/client-organizations";

import { organizationsClient } from "../../infra/organizations-client.ts";
import { serviceControlPolicyDescription, serviceControlPolicyName } from "../../infra/names.ts";
import { allowsAnything } from "../../infra/policy-documents.ts";
import { controlPolicies, controlPoliciesOn, policyTargetPages, policyTargets } from "./control-policies.ts";

/** The service control policy as AWS has it. */
export interface Shield {
  name: string;
  content: unknown;
  /** Ids of the root, the units and the accounts that it is attached to. */
  targets: string[];
}

/** AWS's own policy that allows everything, which each unit and account has unless it was taken off. */
const fullAccessPolicy = "p-FullAWSAccess";

/** What Organizations has of the stack's service control policy. */
export async function shieldInAws(): Promise<Shield | undefined> {
  const { Id: id, Name: name = "" } = (await listedShield()) ?? {};
  if (id === undefined) return undefined;
  const [{ Policy }, targets] = await Promise.all([
    organizationsClient().send(new DescribePolicyCommand({ PolicyId: id })),
    policyTargets(id),
  ]);
  return { name, content: JSON.parse(Policy?.Content ?? "null"), targets };
}

/** What it is attached to, and nothing else. */
export async function shieldTargets(): Promise<string[]> {
  const id = (await listedShield())?.Id;
  return id === undefined ? [] : policyTargets(id);
}

/** One that was renamed is told by its description. */
async function listedShield(): Promise<PolicySummary | undefined> {
  const policies = await controlPolicies("SERVICE_CONTROL_POLICY");
  return (
    policies.find(({ Name }) => Name === serviceControlPolicyName) ??
    policies.find(({ Description }) => Description === serviceControlPolicyDescription)
  );
}

/**
 * Those of some units and accounts in which no policy but the given one is attached, so that nothing at all is allowed there. An
 * organization that allows by a list of its own, in place of FullAWSAccess, has a policy of its own there.
 */
export async function withoutAnyAllow(targets: string[], shieldName: string): Promise<string[]> {
  const withFullAccess = await targetsOfFullAccess(targets);
  const without: string[] = [];
  for (const target of targets.filter((id) => !withFullAccess.has(id))) {
    let isAllowed = false;
    for (const { Id, Name } of await controlPoliciesOn(target, "SERVICE_CONTROL_POLICY")) {
      isAllowed ||= Id === fullAccessPolicy || (Name !== shieldName && (await allows(Id)));
    }
    if (!isAllowed) without.push(target);
  }
  return without;
}

/**
 * What FullAWSAccess is attached to, as far as these targets need it: it is on every account of the organization, 20 a page
 * (Organizations API Reference, "ListTargetsForPolicy"). No more pages are read than there are targets that it could tell of.
 */
async function targetsOfFullAccess(targets: string[]): Promise<Set<string>> {
  const found = new Set<string>();
  let calls = 0;
  for await (const page of policyTargetPages(fullAccessPolicy)) {
    for (const id of page) found.add(id);
    if (++calls >= targets.length || targets.every((id) => found.has(id))) break;
  }
  return found;
}

/** Whether a policy allows anything: one of the organization's own may only deny. */
async function allows(PolicyId: string | undefined): Promise<boolean> {
  const { Policy } = await organizationsClient().send(new DescribePolicyCommand({ PolicyId }));
  return allowsAnything(Policy?.Content);
}
