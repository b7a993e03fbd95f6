import pMap from "p-map";

import { serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Danger } from "../results/warning.ts";

/**
 * How many service control policies a target takes, FullAWSAccess included and inherited ones not (Organizations User Guide,
 * "Quotas and service limits for AWS Organizations", since 2026-05-15). No call tells it: whose organization has another
 * number says so in MFA_ADMIN_POLICIES_PER_TARGET.
 */
const usualQuota = 10;

/** Organizational units that the policy comes to, and that take no more: `up` would come to it last, with everybody let in. */
export async function unitsWithoutRoom(before: StackBefore, settings: Settings): Promise<Danger[]> {
  const added = settings.organizationalUnits.filter((id) => !before.organizationalUnits.includes(id));
  if (added.length === 0) return [];
  const { serviceControlPoliciesOn } = await import("../aws/attached-policies.ts");
  const quota = policiesPerTarget();
  const attached = await pMap(added, serviceControlPoliciesOn, { concurrency: 2 });
  return added.flatMap((organizationalUnit, index): Danger[] => {
    const policies = attached[index] ?? [];
    // A stack whose state was lost has it there already.
    if (policies.length < quota || policies.includes(serviceControlPolicyName)) return [];
    return [{ kind: "no-room", refused: true, organizationalUnit, policies }];
  });
}

function policiesPerTarget(): number {
  const text = process.env["MFA_ADMIN_POLICIES_PER_TARGET"];
  if (!text) return usualQuota;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Failure(`MFA_ADMIN_POLICIES_PER_TARGET is "${text}", which is no number of policies.`, "Give it a number.");
}
