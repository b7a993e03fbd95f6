import { isDeepStrictEqual } from "node:util";

import type { State } from "../engine/state-transfer.ts";

interface Contents {
  resources: ResourceInState[];
  pending_operations: unknown[];
}

/** The properties of a resource in a state that tell versions of the state apart. */
interface ResourceInState {
  urn: string;
  type: string;
  created?: string;
  modified?: string;
}

/** The resources and pending operations of a state; empty lists where it has none. */
export function contents({ deployment }: State): Contents {
  const { resources, pending_operations } = (deployment ?? {}) as Partial<Record<keyof Contents, never[] | null>>;
  return { resources: resources ?? [], pending_operations: pending_operations ?? [] };
}

/** Whether two states have the same resources, with inputs and outputs, decrypted secrets included, and the same pending operations. */
export function isSame(one: State, other: State): boolean {
  return isDeepStrictEqual(contents(one), contents(other));
}

/**
 * Whether a state is an earlier version of another, or the same: a copy that no run has used since. Pulumi notes to the nanosecond when a
 * stack was made, and when each resource was last changed, so two different stacks never agree in that.
 */
export function isEarlier(one: State, other: State): boolean {
  const made = (state: State): string | undefined =>
    contents(state).resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.created;
  if (made(one) === undefined || made(one) !== made(other)) return false;
  const later = new Map(contents(other).resources.map(({ urn, modified }) => [urn, modified]));
  return contents(one).resources.every(({ urn, modified }) => {
    const since = later.get(urn);
    return since === undefined || modified === undefined || Date.parse(modified) <= Date.parse(since);
  });
}

/** A state as it would be with another stack name. */
export function underName(state: State, project: string, from: string, to: string): State {
  const text = JSON.stringify(state)
    .replaceAll(`urn:pulumi:${from}::`, `urn:pulumi:${to}::`)
    .replaceAll(`::pulumi:pulumi:Stack::${project}-${from}"`, `::pulumi:pulumi:Stack::${project}-${to}"`);
  return JSON.parse(text) as State;
}
