import type { StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

import { requireMfaKey } from "../../infra/names.ts";
import { ownPolicyPrefix } from "../../infra/own-policies.ts";
import type { Change } from "../results/change.ts";
import { nameIn } from "./urn.ts";

export type Operation = Change["operation"];
/** The identity of a resource: its account, its type in AWS's words, and its name. */
export type ResourceIdentity = Pick<Change, "account" | "type" | "name">;

/** The operation of each engine step. The further steps of a replacement have none: they are parts of it. */
const operationByOp: Partial<Record<string, Operation | "same">> = {
  same: "same",
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  // A refresh step whose resource is as in the state.
  refresh: "same",
};

/** The type of the organization's policies. */
export const controlPolicyType = "aws-native:organizations:Policy";

const typeNames: Partial<Record<string, string>> = {
  "aws-native:iam:User": "user",
  "aws-native:iam:Role": "role",
  "aws-native:iam:Group": "group",
  "aws-native:iam:ManagedPolicy": "managed policy",
  [controlPolicyType]: "service control policy",
  "aws-native:cloudformation:StackSet": "stack set",
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": "password policy",
  "aws:iam/accountAlias:AccountAlias": "account alias",
};

/** The operation of a step; undefined for a part of a replacement, and for a step that only reads. */
export function operationOf({ op }: Pick<StepEventMetadata, "op">): Operation | "same" | undefined {
  return operationByOp[op];
}

/** Whether a step is about something in AWS: not a provider, a component or the stack itself. */
export function isCloudResource({ type }: Pick<StepEventMetadata, "type">): boolean {
  return type in typeNames;
}

export function identityOf(step: StepEventMetadata): ResourceIdentity {
  const state = step.new ?? step.old;
  const inputs = state?.inputs as Record<string, unknown> | undefined;
  return identityOfResource({ ...step, provider: step.provider || state?.provider, inputs });
}

interface Described {
  urn: string;
  type: string;
  provider?: string | undefined;
  inputs?: Record<string, unknown> | undefined;
}

/** The identity of a resource, from its entry in the state. */
export function identityOfResource({ urn, type, provider = "", inputs = {} }: Described): ResourceIdentity {
  const name = ["userName", "roleName", "groupName", "managedPolicyName", "name", "accountAlias", "stackSetName"]
    .map((key) => inputs[key])
    .find((value) => typeof value === "string");
  return {
    account: nameIn(provider).replace(/^auth-settings$/, "auth"),
    type: typeOf({ urn, type }),
    name: typeof name === "string" ? name : nameIn(urn),
  };
}

/** The type's name for users. The program's name of a service control policy tells the one that asks for MFA from the others. */
function typeOf({ urn, type }: Pick<Described, "urn" | "type">): string {
  if (type === controlPolicyType && nameIn(urn).startsWith(ownPolicyPrefix)) return "own service control policy";
  if (type === controlPolicyType && nameIn(urn) !== requireMfaKey) return "guard rail";
  return typeNames[type] ?? type;
}

/** An identity as a key of a map. */
export function identityKey({ account, type, name }: ResourceIdentity): string {
  return [account, type, name].join("\n");
}
