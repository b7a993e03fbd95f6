import { isDeepStrictEqual } from "node:util";

import type { State } from "../engine/state-transfer.ts";

interface Contents {
  resources: ResourceInState[];
  pending_operations: unknown[];
}

/** The part of a resource's note that tells one version of a state from another. */
interface ResourceInState {
  urn: string;
  type: string;
  created?: string;
  modified?: string;
}

/** What a state holds, where there is anything in it. */
export function contents({ deployment }: State): Contents {
  const { resources, pending_operations } = (deployment ?? {}) as Partial<Record<keyof Contents, never[] | null>>;
  return { resources: resources ?? [], pending_operations: pending_operations ?? [] };
}

/** Every resource with its inputs and outputs, the secret ones in the clear, and what was under way. */
export function isSame(one: State, other: State): boolean {
  return isDeepStrictEqual(contents(one), contents(other));
}

/**
 * Whether a state is an earlier version of another, or the same: a copy of it that no run has used since. When a stack was
 * made, and when each of its resources was last changed, is noted to the nanosecond; two stacks never agree in that.
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

/** A state as it would be under another stack's name. */
export function underName(state: State, project: string, from: string, to: string): State {
  const text = JSON.stringify(state)
    .replaceAll(`urn:pulumi:${from}::`, `urn:pulumi:${to}::`)
    .replaceAll(`::pulumi:pulumi:Stack::${project}-${from}"`, `::pulumi:pulumi:Stack::${project}-${to}"`);
  return JSON.parse(text) as State;
}
