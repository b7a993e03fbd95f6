import { isDeepStrictEqual } from "node:util";

import { revocationPolicy } from "../../infra/offboarding.ts";
import { denyEverything, denyOlderSessions } from "../../infra/policies.ts";
import { spelledDocument } from "../../infra/policy-documents.ts";
import type { StepEventMetadata } from "./automation.ts";
import type { Deployment, Resource } from "./deployment.ts";

/** Takes the policy out of a step of a refresh, which finds nothing where it was all. Says whether it was there. */
export function withoutRevocation(step: StepEventMetadata): boolean {
  const { old, new: found } = step;
  if (!found || ![old, found].map(leaveOutOfState).some(Boolean)) return false;
  if (old && isDeepStrictEqual(old.inputs, found.inputs) && isDeepStrictEqual(old.outputs, found.outputs)) {
    Object.assign(step, { op: "same", diffs: [], detailedDiff: null });
  }
  return true;
}

function leaveOutOfState(state: StepEventMetadata["new"]): boolean {
  return [state?.inputs, state?.outputs]
    .map((properties) => properties !== undefined && leaveOut(properties))
    .some(Boolean);
}

/**
 * The policy that ends sessions is put on users and roles outside the stack. A refresh reads it back, and an `up` after that
 * would take it off again: sessions that were ended would be alive again. So it is left out of the state.
 *
 * @returns whether it was there
 */
export function leaveOutRevocations({ resources }: Pick<Deployment, "resources">): boolean {
  return resources.map(edited).some(Boolean);
}

function edited(resource: Resource): boolean {
  const { inputs = {}, outputs = {} } = resource;
  const kept = outputs["__inputs"] as { plaintext?: string } | undefined;
  const keptInputs =
    kept?.plaintext === undefined ? undefined : (JSON.parse(kept.plaintext) as Record<string, unknown>);
  const changed = [inputs, outputs, ...(keptInputs === undefined ? [] : [keptInputs])].map(leaveOut).some(Boolean);
  if (changed && kept !== undefined) kept.plaintext = JSON.stringify(keptInputs);
  return changed;
}

/** Takes the policy out of a resource's properties. */
function leaveOut(properties: Record<string, unknown>): boolean {
  const { policies } = properties;
  if (!Array.isArray(policies) || !policies.some(isRevocation)) return false;
  const others: unknown[] = policies.filter((policy) => !isRevocation(policy));
  if (others.length > 0) properties["policies"] = others;
  else delete properties["policies"];
  return true;
}

/** Only what does nothing but deny, as it is written here: anybody could give another policy this name. */
export function isRevocation(policy: unknown): boolean {
  const { policyName, policyDocument } = policy as { policyName?: unknown; policyDocument?: unknown };
  if (policyName !== revocationPolicy) return false;
  const [, time] = /"aws:TokenIssueTime":"([^"]+)"/.exec(JSON.stringify(policyDocument)) ?? [];
  if (time !== undefined && Number.isNaN(Date.parse(time))) return false;
  const expected = time === undefined ? denyEverything() : denyOlderSessions(new Date(time));
  return isDeepStrictEqual(spelledDocument(policyDocument), spelledDocument(expected));
}
