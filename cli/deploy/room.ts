import pMap from "p-map";

import { furtherPolicies } from "../../infra/control-policies.ts";
import type { ControlPolicy } from "../../infra/guard-rails.ts";
import { endedSessionsPolicyName, serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { type StackBefore, targetsOf } from "../changes/stack-before.ts";
import type { Danger } from "../results/warning.ts";

/**
 * How many service control policies a target takes, FullAWSAccess included and inherited ones not (Organizations User Guide,
 * "Quotas and service limits for AWS Organizations", since 2026-05-15). No call tells it: whose organization has another
 * number says so in MFA_ADMIN_POLICIES_PER_TARGET.
 */
const usualQuota = 10;

/**
 * Organizational units, and the auth account, that take no more of what comes to them: `up` would come to it last, with everybody
 * let in.
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

/** What comes to each unit, and to the auth account, that the stack's service control policies are for; of some nothing. */
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
 * Whether a target takes what comes to it.
 *
 * @param present names of the service control policies that are attached there
 */
export function roomFor(coming: string[], present: string[]): { added: string[]; isEnough: boolean; quota: number } {
  const quota = policiesPerTarget();
  // A stack whose state was lost has it there already.
  const added = coming.filter((name) => !present.includes(name));
  return { added, isEnough: added.length === 0 || present.length + added.length <= quota, quota };
}

/** Where each control policy of the stack is attached by now. */
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
  // It comes to the units when sessions of a shared role are to end, and has to find room then.
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
