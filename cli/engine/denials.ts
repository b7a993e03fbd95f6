import { isDeepStrictEqual } from "node:util";

import { isAccessEnd } from "../../infra/access-ends.ts";
import { deniesByName, isSameDocument, onlyDenies } from "../../infra/policy-documents.ts";
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
  if (!found) return false;
  const [hadBefore, has] = [leaveOutOfState(old, leaveOut), leaveOutOfState(found, leaveOut, old)];
  if (!hadBefore && !has) return false;
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

type State = StepEventMetadata["new"];

function leaveOutOfState(state: State, leaveOut: LeaveOut, before?: State): boolean {
  if (state === undefined) return false;
  return [leaveOut(state.inputs, before?.inputs), leaveOut(state.outputs, before?.outputs)].some(Boolean);
}

/**
 * Removes denials from the state. The policy that ends sessions is attached outside of the stack, and so are AWS's quarantine and
 * inline policies that only deny. A refresh reads them into the state, and the next `up` would remove them in AWS: ended sessions
 * would be valid again. They are reported from AWS instead.
 *
 * @param settings the policies that these give to roles, and that the stack had given when it was last applied, are kept
 * @param also ARNs of policies and boundaries, and names of groups, that only deny in AWS, or were just removed there
 * @param before the resources before a refresh has read the denials
 * @returns whether the state had any
 */
export function leaveOutDenials(
  { resources }: Pick<Deployment, "resources">,
  settings: Pick<Settings, "permissions" | "permissionsBoundary">,
  also: string[] = [],
  before: Resource[] = [],
): boolean {
  const given = givenBesides(givenBy(resources), settings);
  const byUrn = new Map(before.map((resource) => [resource.urn, resource]));
  const own = resources.filter(({ type }) => isPrincipal(type));
  return own
    .map((resource) => {
      const leaveOut = leavingOut(resource.type, given, also);
      const had = byUrn.get(resource.urn);
      return editProperties(resource, (properties, kind) => leaveOut(properties, had?.[kind]));
    })
    .some(Boolean);
}

const isPrincipal = (type: string): boolean => /^aws-native:iam:(User|Role|Group)$/.test(type);

/**
 * Edits a resource's properties wherever the state has them.
 *
 * @param edit returns whether it has changed anything. The outputs are as the aws-native plugin has read them back, in its spelling.
 */
export function editProperties(
  resource: Resource,
  edit: (properties: Properties, kind: "inputs" | "outputs") => boolean,
): boolean {
  const { inputs = {}, outputs = {} } = resource;
  const kept = outputs["__inputs"] as { plaintext?: string } | undefined;
  const keptInputs =
    kept?.plaintext === undefined ? undefined : (JSON.parse(kept.plaintext) as Record<string, unknown>);
  const changed = [
    edit(inputs, "inputs"),
    edit(outputs, "outputs"),
    keptInputs !== undefined && edit(keptInputs, "inputs"),
  ].some(Boolean);
  if (changed && kept !== undefined) kept.plaintext = JSON.stringify(keptInputs);
  return changed;
}

type Properties = Record<string, unknown>;

/**
 * Removes denials from a user's, a role's or a group's properties. Returns whether there were any. What is left is as it was before where
 * it says the same: with denials beside it, the aws-native plugin reads all of a property back in a spelling and an order of its own.
 */
type LeaveOut = (properties: Properties, before?: Properties) => boolean;

function leavingOut(type: string, { permissions, boundaries }: Given, also: string[]): LeaveOut {
  const isOwn = (arns: string[], arn: string): boolean => type === "aws-native:iam:Role" && isGiven(arns, arn);
  const isInline = (policy: unknown): boolean => {
    const { policyName = "", policyDocument } = policy as InlinePolicy;
    return onlyDenies(policyDocument) && !isAccessEnd({ name: policyName, document: policyDocument });
  };
  const isManaged = (arn: unknown): boolean =>
    (deniesByName(String(arn)) || also.includes(String(arn))) && !isOwn(permissions, String(arn));
  const isBoundary = (arn: string): boolean => also.includes(arn) && !isOwn(boundaries, arn);
  return (properties, before = {}) => {
    const had = [
      without(properties, "policies", isInline),
      without(properties, "managedPolicyArns", isManaged),
      without(properties, "groups", (group) => also.includes(String(group))),
      asBefore(properties, "permissionsBoundary", before, (boundary) => isBoundary(String(boundary))),
      // A role is never without a trust policy.
      before[trust] !== undefined && asBefore(properties, trust, before, onlyDenies),
    ].some(Boolean);
    if (had) for (const key of ["policies", "managedPolicyArns", "groups"]) spellAsBefore(properties, key, before);
    return had;
  };
}

const trust = "assumeRolePolicyDocument";

/** Gives a property that only denies the value that it had before, if that did not. */
function asBefore(
  properties: Properties,
  key: string,
  { [key]: before }: Properties,
  denies: (value: unknown) => boolean,
): boolean {
  if (!denies(properties[key])) return false;
  if (before === undefined || denies(before)) return key !== trust && Reflect.deleteProperty(properties, key);
  properties[key] = before;
  return true;
}

/** Gives a list the spelling and the order that it had before, where it has the same elements. */
function spellAsBefore(properties: Properties, key: string, { [key]: before }: Properties): void {
  const now = properties[key];
  if (!Array.isArray(now) || !Array.isArray(before) || now.length !== before.length) return;
  if (now.every((one) => before.some((other) => saysTheSame(one, other)))) properties[key] = before;
}

/** Whether two elements of a list are the same inline policy, ARN or name. */
function saysTheSame(one: unknown, other: unknown): boolean {
  if (typeof one === "string" || typeof other === "string") return one === other;
  const [{ policyName, policyDocument }, there] = [one, other] as [InlinePolicy, InlinePolicy];
  return policyName === there.policyName && isSameDocument(policyDocument, there.policyDocument);
}

interface InlinePolicy {
  policyName?: string;
  policyDocument?: unknown;
}

function without(properties: Properties, key: string, isOut: (value: unknown) => boolean): boolean {
  const values: unknown = properties[key];
  if (!Array.isArray(values) || !values.some(isOut)) return false;
  const others: unknown[] = values.filter((value) => !isOut(value));
  if (others.length > 0) properties[key] = others;
  else Reflect.deleteProperty(properties, key);
  return true;
}
