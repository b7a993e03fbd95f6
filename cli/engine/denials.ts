import { isDeepStrictEqual } from "node:util";

import { isAccessEnd } from "../../infra/access-ends.ts";
import { deniesByName, onlyDenies } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import type { StepEventMetadata } from "./automation.ts";
import type { Deployment, Resource } from "./deployment.ts";
import { type Given, givenBesides, givenBy, isGiven } from "../changes/given.ts";

/**
 * Removes denials from a refresh's step; a step with no other difference becomes `same`.
 *
 * @returns whether the step had any
 */
export function withoutDenials(step: StepEventMetadata, given: Given, also: string[]): boolean {
  const { old, new: found, type } = step;
  if (!isPrincipal(type)) return false;
  const leaveOut = leavingOut(type, given, also);
  if (!found || ![old, found].map((state) => leaveOutOfState(state, leaveOut)).some(Boolean)) return false;
  if (old && isDeepStrictEqual(old.inputs, found.inputs) && isDeepStrictEqual(old.outputs, found.outputs)) {
    Object.assign(step, { op: "same", diffs: [], detailedDiff: null });
  }
  return true;
}

/** Removes from the inputs of a preview's step the denials that a repair takes out of the state before a run. */
export function withoutRepaired({ old, new: wanted, type }: StepEventMetadata, given: Given): boolean {
  if (!isPrincipal(type)) return false;
  const leaveOut = leavingOut(type, given, []);
  return [old, wanted].map((state) => state?.inputs !== undefined && leaveOut(state.inputs)).some(Boolean);
}

function leaveOutOfState(state: StepEventMetadata["new"], leaveOut: LeaveOut): boolean {
  return [state?.inputs, state?.outputs]
    .map((properties) => properties !== undefined && leaveOut(properties))
    .some(Boolean);
}

/**
 * Removes denials from the state. The policy that ends sessions is attached outside of the stack, and so are AWS's quarantine and
 * inline policies that only deny. A refresh reads them into the state, and the next `up` would remove them in AWS: ended sessions
 * would be valid again. They are reported from AWS instead.
 *
 * @param settings the policies that these give to roles, and that the stack had given when it was last applied, are kept
 * @param also ARNs of policies and boundaries, and names of groups, that only deny in AWS, or were just removed there
 * @returns whether the state had any
 */
export function leaveOutDenials(
  { resources }: Pick<Deployment, "resources">,
  settings: Pick<Settings, "permissions" | "permissionsBoundary">,
  also: string[] = [],
): boolean {
  const given = givenBesides(givenBy(resources), settings);
  const own = resources.filter(({ type }) => isPrincipal(type));
  return own.map((resource) => editProperties(resource, leavingOut(resource.type, given, also))).some(Boolean);
}

const isPrincipal = (type: string): boolean => /^aws-native:iam:(User|Role|Group)$/.test(type);

/**
 * Edits a resource's properties wherever the state has them.
 *
 * @param edit returns whether it has changed anything
 */
export function editProperties(resource: Resource, edit: (properties: Record<string, unknown>) => boolean): boolean {
  const { inputs = {}, outputs = {} } = resource;
  const kept = outputs["__inputs"] as { plaintext?: string } | undefined;
  const keptInputs =
    kept?.plaintext === undefined ? undefined : (JSON.parse(kept.plaintext) as Record<string, unknown>);
  const changed = [inputs, outputs, ...(keptInputs === undefined ? [] : [keptInputs])].map(edit).some(Boolean);
  if (changed && kept !== undefined) kept.plaintext = JSON.stringify(keptInputs);
  return changed;
}

/** Removes denials from a user's, a role's or a group's properties. Returns whether there were any. */
type LeaveOut = (properties: Record<string, unknown>) => boolean;

function leavingOut(type: string, { permissions, boundaries }: Given, also: string[]): LeaveOut {
  const isOwn = (arns: string[], arn: string): boolean => type === "aws-native:iam:Role" && isGiven(arns, arn);
  const isInline = (policy: unknown): boolean => {
    const { policyName = "", policyDocument } = policy as { policyName?: string; policyDocument?: unknown };
    return onlyDenies(policyDocument) && !isAccessEnd({ name: policyName, document: policyDocument });
  };
  const isManaged = (arn: unknown): boolean =>
    (deniesByName(String(arn)) || also.includes(String(arn))) && !isOwn(permissions, String(arn));
  const isBoundary = (arn: string): boolean => also.includes(arn) && !isOwn(boundaries, arn);
  return (properties) =>
    [
      without(properties, "policies", isInline),
      without(properties, "managedPolicyArns", isManaged),
      without(properties, "groups", (group) => also.includes(String(group))),
      isBoundary(String(properties["permissionsBoundary"])) &&
        Reflect.deleteProperty(properties, "permissionsBoundary"),
    ].some(Boolean);
}

function without(properties: Record<string, unknown>, key: string, isOut: (value: unknown) => boolean): boolean {
  const values: unknown = properties[key];
  if (!Array.isArray(values) || !values.some(isOut)) return false;
  const others: unknown[] = values.filter((value) => !isOut(value));
  if (others.length > 0) properties[key] = others;
  else Reflect.deleteProperty(properties, key);
  return true;
}
