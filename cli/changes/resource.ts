import type { StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

import type { Change } from "../results/change.ts";
import { type Given, givenIn } from "./given.ts";
import { type ResourceIdentity, identityOf, isCloudResource, type Operation, operationOf } from "./step.ts";
import { developerIn, nameIn } from "./urn.ts";

/** One resource of the stack, as a run leaves or changes it. */
export interface StackResource extends ResourceIdentity {
  operation: Operation | "same";
  /** The name before the run, where it differs. */
  formerName?: string;
  /** The developer whose resource it is; undefined for what all developers share. */
  developer?: string;
  /** The inputs before and after the run; undefined where the resource does not exist then. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** The properties that differ, as the engine says. */
  differing?: string[];
  /** When the stack last wrote the resource. */
  since?: string;
  /** How the resource is taken into the stack, where it exists in AWS already. */
  takeover?: Takeover;
}

export type Takeover = NonNullable<Change["takeover"]>;

/** The stack's resources and accounts before and after a run. */
export interface StackChanges {
  resources: StackResource[];
  /** By account name: its id before and after the run, and the access role in the state before the run. */
  accounts: Map<string, { before?: string; after?: string; accessRole?: string }>;
  /** The policies that the stack gave to its roles when it was last applied. */
  given?: Given;
}

/**
 * Reads the steps of a run.
 *
 * @param modified when each resource was last written, by URN; sets `since`
 */
export function stackChangesOf(steps: StepEventMetadata[], modified = new Map<string, string>()): StackChanges {
  const changes: StackChanges = { resources: [], accounts: new Map() };
  for (const step of lastOf(steps)) {
    if (step.type === "pulumi:pulumi:Stack") changes.given = givenIn(step.old?.outputs as Record<string, unknown>);
    if (step.type === "pulumi:providers:aws-native") {
      changes.accounts.set(nameIn(step.urn), accountOf(step));
      continue;
    }
    const resource = resourceOf(step);
    if (resource === undefined) continue;
    const since = modified.get(step.urn);
    changes.resources.push({ ...resource, ...(since !== undefined && { since }) });
  }
  return changes;
}

/** The step that counts for each resource. A run that continued after an error repeats some as `same`, which don't count. */
function lastOf(steps: StepEventMetadata[]): Iterable<StepEventMetadata> {
  const last = new Map<string, StepEventMetadata>();
  for (const step of steps) {
    const operation = operationOf(step);
    if (operation === undefined) continue;
    if (operation !== "same" || !last.has(step.urn)) last.set(step.urn, step);
  }
  return last.values();
}

/** The AWS resource of a step, and what the step does to it; undefined for any other step. */
export function resourceOf(step: StepEventMetadata): StackResource | undefined {
  const operation = operationOf(step);
  if (operation === undefined || !isCloudResource(step)) return undefined;
  const developer = developerOf(step);
  const identity = identityOf(step);
  const former = step.old && identityOf({ ...step, new: step.old }).name;
  // "tags[0].value" is about the tags.
  const paths = step.diffs ?? Object.keys(step.detailedDiff ?? {});
  const differing = [...new Set(paths.map((path) => path.replace(/[.[].*/, "")))];
  return {
    operation,
    ...identity,
    ...(former !== undefined && former !== identity.name && { formerName: former }),
    ...(developer !== undefined && { developer }),
    ...(step.old && { before: inputsOf(step.old) }),
    ...(step.new && operation !== "delete" && { after: inputsOf(step.new) }),
    ...(differing.length > 0 && { differing }),
  };
}

/** The developer whose resource a step is about; undefined for what all developers share. */
export function developerOf({ urn, type, old, new: now }: StepEventMetadata): string | undefined {
  return developerIn({ urn, type, parent: (now ?? old)?.parent });
}

function inputsOf({ inputs }: NonNullable<StepEventMetadata["old"]>): Record<string, unknown> {
  return inputs as Record<string, unknown>;
}

/** An account's ids and access role, from the inputs of its provider. */
function accountOf({ old, new: now }: StepEventMetadata): { before?: string; after?: string; accessRole?: string } {
  const { assumeRole } = (old?.inputs ?? {}) as { assumeRole?: unknown };
  const accessRole = /:role\/([\w+=,.@-]+)/.exec(JSON.stringify(assumeRole ?? ""))?.[1];
  const [before, after] = [old, now].map((state) => {
    const { allowedAccountIds } = (state?.inputs ?? {}) as { allowedAccountIds?: unknown };
    return /\d{12}/.exec(JSON.stringify(allowedAccountIds ?? ""))?.[0];
  });
  return {
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(accessRole !== undefined && { accessRole }),
  };
}
