import type { StepEventMetadata } from "@pulumi/pulumi/automation/events.js";
import { identityOf, isCloudResource, type Operation } from "./changes.ts";
import { type Given, givenIn } from "./given.ts";

/** One resource of the stack, as a run leaves or changes it. */
export interface PlannedResource {
  operation: Operation | "adopt" | "same";
  account: string;
  /** In AWS's words: user, role, group, managed policy, service control policy. */
  type: string;
  name: string;
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

/** What a resource keeps and loses that is taken into the stack, each in a few words. */
export interface Takeover {
  keeps: string[];
  loses: string[];
}

/** What a run finds of a stack, and what it does with it. */
export interface Plan {
  resources: PlannedResource[];
  /** The ids behind the accounts' names, before and after, and the role by which the stack has reached each so far. */
  accounts: Map<string, { before?: string; after?: string; accessRole?: string }>;
  /** What the stack had given to its roles when it was last applied. */
  given?: Given;
}

const operations: Partial<Record<string, PlannedResource["operation"]>> = {
  same: "same",
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  // What a refresh has found as the state says.
  refresh: "same",
};

/**
 * Reads the steps of a run.
 *
 * @param modified when each resource was last written, by URN, where that is of interest
 */
export function planOf(steps: StepEventMetadata[], modified = new Map<string, string>()): Plan {
  const plan: Plan = { resources: [], accounts: new Map() };
  for (const step of lastOf(steps)) {
    if (step.type === "pulumi:pulumi:Stack") plan.given = givenIn(step.old?.outputs as Record<string, unknown>);
    if (step.type === "pulumi:providers:aws-native") {
      plan.accounts.set(nameIn(step.urn), accountOf(step));
      continue;
    }
    const operation = operations[step.op];
    if (operation === undefined || !isCloudResource(step)) continue;
    const since = modified.get(step.urn);
    plan.resources.push({ ...plannedResource(step, operation), ...(since !== undefined && { since }) });
  }
  return plan;
}

/** One step for each resource. A run that went on after an error has come by some again, and left them as they were. */
function lastOf(steps: StepEventMetadata[]): Iterable<StepEventMetadata> {
  const last = new Map<string, StepEventMetadata>();
  for (const step of steps) {
    if (operations[step.op] === undefined) continue;
    if (operations[step.op] !== "same" || !last.has(step.urn)) last.set(step.urn, step);
  }
  return last.values();
}

function plannedResource(step: StepEventMetadata, operation: PlannedResource["operation"]): PlannedResource {
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

function inputsOf({ inputs }: NonNullable<StepEventMetadata["old"]>): Record<string, unknown> {
  return inputs as Record<string, unknown>;
}

/** Whose resource it is; nothing for what all developers share. */
export function developerOf(step: StepEventMetadata): string | undefined {
  const parent = (step.new ?? step.old)?.parent ?? "";
  if (parent.includes("::mfa-admin:index:Developer::")) return nameIn(parent);
  // What a run left half-way has no component to tell it by.
  if (!step.urn.includes("mfa-admin:index:Developer$")) return undefined;
  return step.type === "aws-native:iam:Role" ? nameIn(step.urn).replace(/@[^@]*$/, "") : nameIn(step.urn);
}

/** What an account's provider tells of it. */
function accountOf({ old, new: planned }: StepEventMetadata): { before?: string; after?: string; accessRole?: string } {
  const { assumeRole } = (old?.inputs ?? {}) as { assumeRole?: unknown };
  const accessRole = /:role\/([\w+=,.@-]+)/.exec(JSON.stringify(assumeRole ?? ""))?.[1];
  const [before, after] = [old, planned].map((state) => {
    const { allowedAccountIds } = (state?.inputs ?? {}) as { allowedAccountIds?: unknown };
    return /\d{12}/.exec(JSON.stringify(allowedAccountIds ?? ""))?.[0];
  });
  return {
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(accessRole !== undefined && { accessRole }),
  };
}

/** The name at the end of an URN, `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
function nameIn(urn: string): string {
  return urn.split("::").at(3) ?? urn;
}
