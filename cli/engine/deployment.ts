import { specialSecretSig, specialSigKey, type Stack } from "./automation.ts";
import { importState } from "./state-transfer.ts";

/** The part of a Pulumi deployment (version 3), as `stack.exportStack()` gives it, that repairs have to do with. */
export interface Deployment {
  resources: Resource[];
  /** What earlier runs had begun when they died. */
  pending_operations?: PendingOperation[];
}

export interface PendingOperation {
  type: string;
  resource: Resource;
}

export interface Resource {
  urn: string;
  id?: string;
  type: string;
  custom: boolean;
  /** When the stack last wrote it. */
  modified?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  provider?: string;
  protect?: boolean;
  /** Whether another one has taken its place, and it is only to be deleted. */
  delete?: boolean;
  /** Whether it was deleted, and the one that is to take its place was not made yet. */
  pendingReplacement?: boolean;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  /** Names of hooks, by when they are called. */
  resourceHooks?: Record<string, string[]>;
  /** Why the resource is not as it should be. */
  initErrors?: string[];
}

/**
 * Edits the stack's state.
 *
 * @param edit says whether it has changed anything. Pulumi forgets every pending operation when it takes the state back:
 * an edit has to settle them.
 */
export async function editState(stack: Stack, edit: (deployment: Deployment) => Promise<boolean>): Promise<void> {
  const state = await stack.exportStack();
  const deployment = state.deployment as Partial<Deployment>;
  // Nothing was ever applied.
  if (deployment.resources === undefined) return;
  if (await edit(deployment as Deployment)) await importState(stack, state);
}

/**
 * The outputs of a resource with what the aws-native plugin keeps among them, as a secret: the inputs that it compares
 * AWS with at the next refresh or update.
 */
export function withKeptInputs(
  outputs: Record<string, unknown>,
  inputs: Record<string, unknown>,
): Record<string, unknown> {
  return { ...outputs, __inputs: { [specialSigKey]: specialSecretSig, plaintext: JSON.stringify(inputs) } };
}
