import { isDeepStrictEqual } from "node:util";

import type { ResourceTransformation, ResourceTransformationResult } from "@pulumi/pulumi";

import { isSameDocument, readBackSpelling } from "../../infra/policy-documents.ts";
import type { Project } from "../project/project.ts";
import type { Given } from "../changes/given.ts";
import { keyInProgram } from "../changes/urn.ts";
import type { PulumiFn, Stack, StepEventMetadata } from "./automation.ts";
import type { Denying } from "./denials-in-aws.ts";
import { editProperties, withoutRepaired } from "./denials.ts";
import { editState, type Resource } from "./deployment.ts";
import { resourcesBefore } from "./state-before.ts";

type Properties = Record<string, unknown>;

/** The denials on a user, a role or a group that a run has to leave in force. */
export interface DenialsOn {
  /** The resource's type and name in the program, such as "aws-native:iam:Role" and "alice@sandbox". */
  type: string;
  name: string;
  denying: Denying;
}

/** The properties that give a resource its name in AWS: another name is another resource, which replaces the first. */
const nameProperties = ["userName", "roleName", "groupName"];

/** The denials of a role that takes the place of another together with that one's, where a run has died between the two. */
function both(one: Denying, other: Denying): Denying {
  const further = other.inline.filter(({ name }) => !one.inline.some((known) => known.name === name));
  return {
    ...one,
    ...other,
    managed: [...new Set([...one.managed, ...other.managed])],
    inline: [...one.inline, ...further],
    groups: [...new Set([...one.groups, ...other.groups])],
  };
}

/**
 * Denials that a run's program registers. Cloud Control replaces a property as a whole: policies that somebody else has put on a user
 * would be gone as soon as the program writes the user's policies. So the program registers the denials with each property that it
 * changes anyway, and AWS is at no time without them, whenever the run dies. They do not stay in the state.
 */
export class DenialsInProgram {
  readonly #read: () => Promise<DenialsOn[]>;
  #denials = new Map<string, Denying>();
  /** What the program itself has registered where there are denials, by resource. */
  readonly #wanted = new Map<string, Properties>();
  /** The resources that the run has written, so that the engine has read the denials back into the state. */
  readonly #written = new Set<string>();

  /** @param read reads the denials from AWS */
  constructor(read: () => Promise<DenialsOn[]>) {
    this.#read = read;
  }

  /**
   * The program with the denials, which it reads when the engine has locked the state: whoever puts one later can see that a run is under
   * way. It reads the state each time: an earlier attempt of the run, or its refresh, may have changed it.
   */
  register(program: PulumiFn, stack: Stack, project: Project): PulumiFn {
    return async () => {
      await this.read();
      if (this.#denials.size === 0) return program();
      const { runtime } = await import("@pulumi/pulumi");
      runtime.registerStackTransformation(await this.transformation(await resourcesBefore(stack, project)));
      return program();
    };
  }

  async read(): Promise<void> {
    const byKey = Map.groupBy(await this.#read(), keyInProgram);
    this.#denials = new Map([...byKey].map(([key, all]) => [key, all.map(({ denying }) => denying).reduce(both)]));
  }

  /** @param resources the state's */
  async transformation(resources: Resource[]): Promise<ResourceTransformation> {
    const { output } = await import("@pulumi/pulumi");
    // A resource that was replaced, and is not deleted yet, has the same name in the program.
    const living = resources.filter((resource) => resource.delete !== true);
    const held = new Map(living.map((resource) => [keyInProgram(resource), resource.inputs ?? {}]));
    return ({ type, name, props, opts }): ResourceTransformationResult | undefined => {
      const key = keyInProgram({ type, name });
      const denying = this.#denials.get(key);
      if (denying === undefined) return undefined;
      const given = props;
      const before = held.get(key);
      const isSame = before !== undefined && nameProperties.every((one) => given[one] === before[one]);
      const added = Object.entries(additionsOf(denying)).map(([property, addition]) => {
        const registered = output(given[property] as object | string | undefined).apply((value: unknown) => {
          this.#wanted.set(key, { ...this.#wanted.get(key), [property]: value });
          // A property that stays as it is in the state is not written, and neither is what others have added to it.
          if (isSame && isDeepStrictEqual(value, before[property])) return value;
          this.#written.add(key);
          return withAddition(value, addition);
        });
        return [property, registered] as const;
      });
      return { props: { ...given, ...Object.fromEntries(added) }, opts };
    };
  }

  /** Removes the denials from a step. @returns whether it had any */
  leaveOutOf({ op, urn, type, new: found }: StepEventMetadata): boolean {
    const restore = this.#restoring({ urn, type });
    if (restore === undefined || found === undefined) return false;
    if (op !== "same") this.#written.add(keyInProgram({ type, urn }));
    return restore(found.inputs, "inputs");
  }

  /** Takes the denials out of the state, after a run that may have written more than its steps tell where it `hasFailed`. */
  async forget(stack: Stack, { hasFailed = false } = {}): Promise<void> {
    if (hasFailed ? this.#wanted.size === 0 : this.#written.size === 0) return;
    await editState(stack, ({ resources }) => Promise.resolve(this.forgetIn(resources)));
  }

  /** The same in a state's resources. @returns whether they had any */
  forgetIn(resources: Resource[]): boolean {
    return resources
      .map((resource) => {
        const restore = this.#restoring(resource);
        return restore !== undefined && editProperties(resource, restore);
      })
      .some(Boolean);
  }

  #restoring({ urn, type }: Pick<Resource, "urn" | "type">): Restore | undefined {
    const key = keyInProgram({ type, urn });
    const [wanted, denying] = [this.#wanted.get(key), this.#denials.get(key)];
    if (wanted === undefined || denying === undefined) return undefined;
    const additions = additionsOf(denying);
    return (properties, kind) =>
      Object.entries(wanted)
        .map(([property, value]) => {
          const own = kind === "outputs" ? readBackSpelling(value) : value;
          return restore(properties, property, own, additions[property]);
        })
        .some(Boolean);
  }
}

/** Removes the denials from a resource's properties. @returns whether it had any */
type Restore = (properties: Properties, kind: "inputs" | "outputs") => boolean;

/**
 * Leaves out of a preview's step the denials that the state has, as after a run that was killed: the run does not take them off, or takes
 * them out of the state before it begins. A step with no other difference becomes `same`.
 *
 * @param denials those that the run leaves in force
 * @param given the policies that the stack gives to its roles
 */
export function leaveOutOfPreview(step: StepEventMetadata, denials: DenialsOn[], given: Given): void {
  const isRepaired = withoutRepaired(step, given);
  const isLeft = withoutKept(step, denials);
  if ((isRepaired || isLeft) && step.op === "update" && isDeepStrictEqual(step.old?.inputs, step.new?.inputs)) {
    Object.assign(step, { op: "same", diffs: [], detailedDiff: null });
  }
}

function withoutKept({ type, urn, old, new: wanted }: StepEventMetadata, denials: DenialsOn[]): boolean {
  const key = keyInProgram({ type, urn });
  const denying = denials.find((one) => keyInProgram(one) === key)?.denying;
  const [before, after] = [old?.inputs, wanted?.inputs] as (Properties | undefined)[];
  if (denying === undefined || before === undefined || after === undefined) return false;
  return Object.entries(additionsOf(denying))
    .map(([property, addition]) =>
      isNoted(before[property], addition) ? restore(before, property, after[property], addition) : false,
    )
    .some(Boolean);
}

/** Whether a property of the state has what denials add to it. */
function isNoted(value: unknown, addition: unknown): boolean {
  return (
    Array.isArray(addition) || value === addition || (typeof value === "object" && isSameDocument(value, addition))
  );
}

/** What denials add to the properties of a user, a role or a group: further elements of lists, and other values. */
function additionsOf({ managed, inline, groups, boundary, trust }: Denying): Properties {
  const all = {
    managedPolicyArns: managed,
    policies: inline.map(({ name, document }) => ({ policyName: name, policyDocument: document })),
    groups,
    permissionsBoundary: boundary,
    assumeRolePolicyDocument: trust,
  };
  const isEmpty = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(all).filter(([, value]) => !isEmpty(value)));
}

function withAddition(value: unknown, addition: unknown): unknown {
  if (!Array.isArray(addition)) return addition;
  const own = elementsOf(value);
  return [...own, ...elementsOf(addition).filter((one) => !own.some((other) => isSameElement(one, other)))];
}

function restore(properties: Properties, property: string, wanted: unknown, addition: unknown): boolean {
  if (!Array.isArray(addition)) return set(properties, property, wanted);
  const [own, now] = [elementsOf(wanted), elementsOf(properties[property])];
  const isAdded = (one: unknown): boolean =>
    addition.some((other) => isSameElement(one, other)) && !own.some((other) => isSameElement(one, other));
  const left = now.filter((one) => !isAdded(one));
  return left.length < now.length && set(properties, property, left.length === 0 ? undefined : left);
}

function set(properties: Properties, property: string, value: unknown): boolean {
  if (isDeepStrictEqual(properties[property], value)) return false;
  if (value === undefined) Reflect.deleteProperty(properties, property);
  else properties[property] = value;
  return true;
}

const elementsOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Whether two elements of a list have the same name: a policy's, whatever its document's spelling, an ARN or a group's name. */
function isSameElement(one: unknown, other: unknown): boolean {
  const nameOf = (element: unknown): unknown => (element as { policyName?: unknown }).policyName ?? element;
  return nameOf(one) === nameOf(other);
}
