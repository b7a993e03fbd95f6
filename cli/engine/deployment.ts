import { specialSecretSig, specialSigKey, type Stack } from "./automation.ts";
import { importState } from "./state-transfer.ts";

/** The part of a Pulumi deployment (version 3, from `stack.exportStack()`) that repairs use. */
export interface Deployment {
  resources: Resource[];
  /** Operations that earlier runs had begun when they died. */
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
  /** When the stack made the resource. */
  created?: string;
  /** When the stack last wrote the resource. */
  modified?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  provider?: string;
  protect?: boolean;
  /** Whether the resource was replaced by another, and is only to be deleted. */
  delete?: boolean;
  /** Whether the resource was deleted, and its replacement is not made yet. */
  pendingReplacement?: boolean;
  /** Whether the next run is to replace the resource, as by `pulumi state taint`. */
  taint?: boolean;
  /** Whether the resource is only read, and not the stack's own. */
  external?: boolean;
  /** Whether a deletion leaves the resource in AWS. */
  retainOnDelete?: boolean;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  /** Paths of the inputs that the engine does not compare. */
  ignoreChanges?: string[];
  /** Names of resource hooks by the moment when they are called, such as BeforeDelete. */
  resourceHooks?: Record<string, string[]>;
  /** Why the resource is not as it should be. */
  initErrors?: string[];
}

/**
 * Edits the stack's state.
 *
 * @param edit returns whether it has changed anything. Pulumi drops all pending operations when the state is imported, so the edit
 * has to settle them.
 */
export async function editState(stack: Stack, edit: (deployment: Deployment) => Promise<boolean>): Promise<void> {
  const state = await stack.exportStack();
  const deployment = state.deployment as Partial<Deployment>;
  // Nothing was ever applied.
  if (deployment.resources === undefined) return;
  if (await edit(deployment as Deployment)) await importState(stack, state);
}

/**
 * The outputs of a resource with its inputs, which the aws-native plugin keeps among them as the secret `__inputs`. It compares AWS
 * with these at the next refresh or update.
 */
export function withKeptInputs(
  outputs: Record<string, unknown>,
  inputs: Record<string, unknown>,
): Record<string, unknown> {
  return { ...outputs, __inputs: { [specialSigKey]: specialSecretSig, plaintext: JSON.stringify(inputs) } };
}
