import type { StepEventMetadata } from "@pulumi/pulumi/automation/events.js";

import type { Change } from "../results/change.ts";
import { type Given, givenIn } from "./given.ts";
import { type ResourceIdentity, identityOf, isCloudResource, type Operation, operationOf } from "./step.ts";
import { developerIn, nameIn } from "./urn.ts";

/** One resource of the stack, as a run leaves or changes it. */
export interface StackResource extends ResourceIdentity {
  operation: Operation | "same";
  /** Its name before, where that is another one. */
  formerName?: string;
  /** Whose it is; nothing for what all developers share. */
  developer?: string;
  /** Its properties; nothing before it is made or after it is deleted. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** The properties that differ, as the engine says. */
  differing?: string[];
  /** When the stack last wrote it. */
  since?: string;
  /** What becomes of it, where AWS has it already and it is taken into the stack. */
  takeover?: Takeover;
}

export type Takeover = NonNullable<Change["takeover"]>;

/** What a run finds of a stack, and what it does with it. */
export interface StackChanges {
  resources: StackResource[];
  /** The ids behind the accounts' names, before and after, and the role by which the stack has reached each so far. */
  accounts: Map<string, { before?: string; after?: string; accessRole?: string }>;
  /** What the stack had given to its roles when it was last applied. */
  given?: Given;
}

/**
 * Reads the steps of a run.
 *
 * @param modified when each resource was last written, by URN, where that is of interest
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

/** One step for each resource. A run that went on after an error has come by some again, and left them as they were. */
function lastOf(steps: StepEventMetadata[]): Iterable<StepEventMetadata> {
  const last = new Map<string, StepEventMetadata>();
  for (const step of steps) {
    const operation = operationOf(step);
    if (operation === undefined) continue;
    if (operation !== "same" || !last.has(step.urn)) last.set(step.urn, step);
  }
  return last.values();
}

/** What a step does to something in AWS; nothing for any other step. */
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

/** Whose resource it is; nothing for what all developers share. */
export function developerOf({ urn, type, old, new: now }: StepEventMetadata): string | undefined {
  return developerIn({ urn, type, parent: (now ?? old)?.parent });
}

function inputsOf({ inputs }: NonNullable<StepEventMetadata["old"]>): Record<string, unknown> {
  return inputs as Record<string, unknown>;
}

/** What an account's provider tells of it. */
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
