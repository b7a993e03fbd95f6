import type { Settings } from "../../infra/settings.ts";
import type { Stack, StepEventMetadata } from "./automation.ts";
import { type Deployment, type Resource, withKeptInputs } from "./deployment.ts";

/**
 * Takes resources into the stack's state that AWS has already: those of a run that died between making and noting them,
 * and, when the administrator says so, those that somebody else has made. A refresh has to follow: it reads them.
 */
export async function adopt(stack: Stack, steps: StepEventMetadata[], settings: Settings): Promise<void> {
  const state = await stack.exportStack();
  const deployment = state.deployment as Deployment;
  const urns = new Set(steps.map(({ urn }) => urn));
  deployment.resources.push(...(await Promise.all(steps.map((step) => resourceOf(step, settings)))));
  deployment.pending_operations = pendingIn(deployment).filter(({ resource }) => !urns.has(resource.urn));
  await stack.importStack(state);
}

/** URNs of the resources that an earlier run was making when it died; the engine keeps note of them. */
export async function unfinishedCreates(stack: Stack): Promise<Set<string>> {
  const state = await stack.exportStack();
  const creating = pendingIn(state.deployment as Deployment).filter(({ type }) => type === "creating");
  return new Set(creating.map(({ resource }) => resource.urn));
}

function pendingIn({ pending_operations }: Deployment): NonNullable<Deployment["pending_operations"]> {
  return pending_operations ?? [];
}

async function resourceOf({ urn, type, new: planned }: StepEventMetadata, settings: Settings): Promise<Resource> {
  if (planned === undefined) throw new Error(`The engine does not say what it wanted to make of ${urn}.`);
  const { parent, provider } = planned;
  const inputs = planned.inputs as Record<string, unknown>;
  const id = await idOf(type, inputs, settings);
  return { urn, type, custom: true, id, inputs, outputs: withKeptInputs(inputs, inputs), parent, provider };
}

/** A resource's primary identifier at Cloud Control. */
async function idOf(type: string, inputs: Record<string, unknown>, { authAccount }: Settings): Promise<string> {
  const text = (key: string): string => String(inputs[key]);
  switch (type) {
    case "aws-native:iam:User":
      return text("userName");
    case "aws-native:iam:Group":
      return text("groupName");
    case "aws-native:iam:Role":
      return text("roleName");
    case "aws-native:iam:ManagedPolicy":
      return `arn:aws:iam::${authAccount}:policy/${text("managedPolicyName")}`;
    case "aws-native:organizations:Policy": {
      const { serviceControlPolicyId } = await import("../aws/organization.ts");
      return serviceControlPolicyId(text("name"));
    }
    default:
      throw new Error(`A resource of type ${type} cannot be taken into the stack.`);
  }
}
