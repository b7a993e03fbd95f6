import pMap from "p-map";

import { furtherPolicies } from "../../infra/control-policies.ts";
import type { ControlPolicy } from "../../infra/guard-rails.ts";
import { endedSessionsPolicyName, serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { type StackBefore, targetsOf } from "../changes/stack-before.ts";
import type { Danger } from "../results/warning.ts";

/**
 * The number of service control policies that can be attached to a target, FullAWSAccess included and inherited ones not
 * (Organizations User Guide, "Quotas and service limits for AWS Organizations", since 2026-05-15). No API call returns it:
 * MFA_ADMIN_POLICIES_PER_TARGET sets it for an organization with another quota.
 */
const usualQuota = 10;

/**
 * The organizational units, and the auth account, that have no room for the policies to attach. Without this check, `up` would fail
 * at the policies last, when everybody has been let in.
 */
export async function unitsWithoutRoom(before: StackBefore, settings: Settings): Promise<Danger[]> {
  const coming = [...comingPolicies(before, settings)].filter(([, names]) => names.length > 0);
  if (coming.length === 0) return [];
  const { controlPoliciesOn } = await import("../aws/control-policies.ts");
  const attached = await pMap(coming, ([target]) => controlPoliciesOn(target, "SERVICE_CONTROL_POLICY"), {
    concurrency: 2,
  });
  return coming.flatMap(([organizationalUnit, names], index): Danger[] => {
    const policies = (attached[index] ?? []).map(({ Name = "" }) => Name);
    const { added, isEnough } = roomFor(names, policies);
    return isEnough ? [] : [{ kind: "no-room", refused: true, organizationalUnit, policies, coming: added }];
  });
}

/** By target of the stack's service control policies (units, the auth account): the policies to attach to it, which may be none. */
export function comingPolicies(before: StackBefore, settings: Settings): Map<string, string[]> {
  const policies = controlPoliciesOf(settings).filter(({ type }) => type === "SERVICE_CONTROL_POLICY");
  const attachedBefore = targetsByPolicy(before);
  const coming = new Map<string, string[]>();
  for (const { name, targetIds } of policies) {
    for (const target of targetIds) {
      const isNew = attachedBefore.get(name)?.includes(target) !== true;
      coming.set(target, [...(coming.get(target) ?? []), ...(isNew ? [name] : [])]);
    }
  }
  return coming;
}

/**
 * Whether a target has room for the policies to attach.
 *
 * @param present names of the service control policies that are attached to the target
 */
export function roomFor(coming: string[], present: string[]): { added: string[]; isEnough: boolean; quota: number } {
  const quota = policiesPerTarget();
  // A policy of a stack whose state was lost is attached already.
  const added = coming.filter((name) => !present.includes(name));
  return { added, isEnough: added.length === 0 || present.length + added.length <= quota, quota };
}

/** The targets in the state of each control policy, by its name. */
function targetsByPolicy({ held, organizationalUnits }: StackBefore): Map<string, string[]> {
  const further = held.filter(({ type }) => type === "guard rail" || type === "own service control policy");
  return new Map([
    [serviceControlPolicyName, organizationalUnits],
    ...further.map(({ name, properties }) => [name, targetsOf(properties)] as const),
  ]);
}

function controlPoliciesOf(settings: Settings): Pick<ControlPolicy, "name" | "type" | "targetIds">[] {
  const requireMfa = { name: serviceControlPolicyName, type: "SERVICE_CONTROL_POLICY" as const };
  const targetIds = settings.organizationalUnits;
  // This policy is attached to the units when sessions of a shared role are ended, and needs room then.
  const ending = { ...requireMfa, name: endedSessionsPolicyName, targetIds };
  return [
    { ...requireMfa, targetIds },
    ...furtherPolicies(settings, ""),
    ...(settings.roles === "shared" ? [ending] : []),
  ];
}

function policiesPerTarget(): number {
  const text = process.env["MFA_ADMIN_POLICIES_PER_TARGET"];
  if (!text) return usualQuota;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Failure(`MFA_ADMIN_POLICIES_PER_TARGET is "${text}", which is no number of policies.`, "Give it a number.");
}
