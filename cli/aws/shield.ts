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

/** The id of AWS's own policy that allows everything; it is attached to each unit and account unless somebody has detached it. */
const fullAccessPolicy = "p-FullAWSAccess";

/** The stack's service control policy in AWS; undefined where there is none. */
export async function shieldInAws(): Promise<Shield | undefined> {
  const { Id: id, Name: name = "" } = (await listedShield()) ?? {};
  if (id === undefined) return undefined;
  const [{ Policy }, targets] = await Promise.all([
    organizationsClient().send(new DescribePolicyCommand({ PolicyId: id })),
    policyTargets(id),
  ]);
  return { name, content: JSON.parse(Policy?.Content ?? "null"), targets };
}

/** The ids of the policy's targets, without its text. */
export async function shieldTargets(): Promise<string[]> {
  const id = (await listedShield())?.Id;
  return id === undefined ? [] : policyTargets(id);
}

/** Finds the policy by its name, or by its description where it was renamed. */
async function listedShield(): Promise<PolicySummary | undefined> {
  const policies = await controlPolicies("SERVICE_CONTROL_POLICY");
  return (
    policies.find(({ Name }) => Name === serviceControlPolicyName) ??
    policies.find(({ Description }) => Description === serviceControlPolicyDescription)
  );
}

/**
 * The units and accounts to which no policy that allows anything is attached, the given one aside: nothing at all is allowed there.
 * An organization may allow by a policy of its own in place of FullAWSAccess.
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
 * Ids of the targets of FullAWSAccess, as far as these targets need them. It is attached to every account of the organization, and
 * AWS lists 20 a page (Organizations API Reference, "ListTargetsForPolicy"): no more pages are read than there are targets.
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
