import { isDeepStrictEqual } from "node:util";

import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

import { readBackSpelling } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import { isCloudResource } from "../changes/step.ts";
import { developerComponent, keyInProgram, nameIn, typeIn } from "../changes/urn.ts";
import type { Project } from "../project/project.ts";
import { specialSigKey, type Stack } from "./automation.ts";
import type { Resource } from "./deployment.ts";
import { letMocksKnowHooks, watchMocks, withoutCallStacks } from "./pulumi-insides.ts";
import { programOf } from "./stack.ts";
import type { StateBefore } from "./state-before.ts";

/** A resource as the program registers it. */
interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider?: string;
}

/** What counts as a change of a run. */
interface UpToDateOptions {
  /**
   * Whether what a run writes to the state alone counts, too: the order of deletions, hooks, and providers of accounts that the settings no
   * longer have. A preview shows none of it.
   */
  inState?: boolean;
}

/**
 * Whether a run of the whole stack would find nothing to change, without the engine and its plugins. The program registers its
 * resources with Pulumi's mocks. These answer from the state, and compare the resource with the state's.
 *
 * @returns false also where this does not tell, so that the engine has to be asked
 */
export async function isUpToDate(
  stack: Stack,
  { project, settings }: { project: Project; settings: Settings },
  { resources, isUnfinished }: Pick<StateBefore, "resources" | "isUnfinished">,
  { inState = false }: UpToDateOptions = {},
): Promise<boolean> {
  const left = new Map(resources.map((resource) => [keyInProgram(resource), resource]));
  const isMade = (name: string): boolean => left.has(keyInProgram({ type: developerComponent, name }));
  if (!Object.keys(settings.developers).every(isMade)) return false;
  if (isUnfinished || !resources.every(isWhole)) return false;
  const { runtime } = await import("@pulumi/pulumi");
  const differing = new Set<string>();
  const requested = (request: RegisterResourceRequest): void => {
    const key = keyInProgram({ type: request.getType(), name: request.getName() });
    const held = left.get(key);
    if (held === undefined || !isAsRequested(held, request)) differing.add(key);
    else if (inState && !isNotedAsRequested(held, request)) differing.add(key);
  };
  const newResource = (registered: Registered): Answer => {
    const key = keyInProgram(registered);
    const held = left.get(key);
    left.delete(key);
    if (held === undefined || !isAsRegistered(held, registered)) differing.add(key);
    // The program runs to its end in any case: Pulumi complains about promises that are left.
    return held === undefined ? { id: registered.name, state: registered.inputs } : answerOf(held);
  };
  const { outputs: before } = resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
  try {
    await runtime.setMocks({ newResource, call: () => ({}) }, project.name, project.stack);
    letMocksKnowHooks(runtime);
    watchMocks(runtime, requested);
    const outputs = await withoutCallStacks(() => runtime.runInPulumiStack(programOf(stack, settings)));
    await runtime.disconnect();
    return (
      differing.size === 0 &&
      ![...left.values()].some((resource) => inState || isCloudResource(resource)) &&
      isDeepStrictEqual(JSON.parse(JSON.stringify(outputs ?? {})), before)
    );
  } catch {
    // The engine tells what is wrong.
    return false;
  } finally {
    runtime.disconnectSync();
  }
}

/** Whether the engine has nothing to do about the resource unless the program registers it otherwise. */
function isWhole(resource: Resource): boolean {
  const { delete: isReplaced, pendingReplacement, taint, external, retainOnDelete, initErrors = [] } = resource;
  if ([isReplaced, pendingReplacement, taint, external, retainOnDelete].includes(true)) return false;
  if (initErrors.length > 0) return false;
  return !isCloudResource(resource) || isAsRead(resource);
}

/** Properties of outputs that the program does not set: the plugins' own, AWS's identifiers, counts and dates, and its defaults. */
const readOnly = new Set([
  ...["__inputs", "id", "arn", "path", "roleId", "policyId", "policyArn", "stackSetId", "awsManaged"],
  ...[
    "attachmentCount",
    "createDate",
    "defaultVersionId",
    "isAttachable",
    "permissionsBoundaryUsageCount",
    "updateDate",
  ],
]);

/**
 * Whether the resource was last seen in AWS as its inputs are. A refresh that was broken off, or one by plain Pulumi, leaves what it has
 * found among the outputs alone, and the engine's next run changes that.
 */
function isAsRead({ inputs = {}, outputs = {}, ignoreChanges = [] }: Resource): boolean {
  const ignored = (key: string): boolean => ignoreChanges.includes(key) || key === "__defaults";
  const isAlien = (key: string): boolean => !(key in inputs) && !readOnly.has(key) && !ignored(key);
  const isSame = ([key, value]: [string, unknown]): boolean =>
    ignored(key) || isSameInAnyOrder(readBackSpelling(value), readBackSpelling(outputs[key]));
  return !Object.keys(outputs).some(isAlien) && Object.entries(inputs).every(isSame);
}

/** Whether two properties are the same. The lists of these resources are sets, which AWS tells in an order of its own after a change. */
function isSameInAnyOrder(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return isDeepStrictEqual(one, other);
  const has = (items: unknown[], item: unknown): boolean => items.some((its) => isDeepStrictEqual(its, item));
  return one.length === other.length && one.every((item) => has(other, item)) && other.every((item) => has(one, item));
}

function isAsRegistered(held: Resource, { type, inputs, provider = "" }: Registered): boolean {
  if (isCloudResource({ type })) {
    const ignored = [...(held.ignoreChanges ?? []), "__defaults"];
    return (
      idIn(provider) === idIn(held.provider ?? "") &&
      isDeepStrictEqual(without(ignored, inputs), without(ignored, held.inputs ?? {}))
    );
  }
  // The engine adds these to what the program gives a provider.
  const added = ["__internal", "version"];
  return !type.startsWith("pulumi:providers:") || isDeepStrictEqual(inputs, without(added, held.inputs ?? {}));
}

/** Whether the resource has the options that the program asks for, as far as the engine or another version of mfa-admin goes by them. */
function isAsRequested(held: Resource, request: RegisterResourceRequest): boolean {
  return (
    nameIn(request.getParent()) === nameIn(held.parent ?? "") &&
    request.getProtect() === (held.protect ?? false) &&
    isDeepStrictEqual(request.getIgnorechangesList(), held.ignoreChanges ?? []) &&
    (!held.type.startsWith("pulumi:providers:") || request.getVersion() === held.inputs?.["version"])
  );
}

/** Whether the state has what deletions go by as the program asks for it: what the resource depends on, and its hooks. */
function isNotedAsRequested(
  { dependencies = [], resourceHooks = {} }: Resource,
  request: RegisterResourceRequest,
): boolean {
  const namesOf = (urns: string[]): Set<string> => new Set(urns.map(keyIn));
  return (
    isDeepStrictEqual(namesOf(request.getDependenciesList()), namesOf(dependencies)) &&
    isDeepStrictEqual(hooksOf(request), resourceHooks)
  );
}

/** The names of the hooks that a resource is registered with, by moment, as the state has them. */
function hooksOf(request: RegisterResourceRequest): Record<string, string[]> {
  const moments = Object.entries(request.getHooks()?.toObject() ?? {}).filter(([, names]) => names.length > 0);
  // The moment "beforeDeleteList" is "BeforeDelete" in the state.
  const named = ([moment, names]: [string, string[]]) =>
    [moment.charAt(0).toUpperCase() + moment.slice(1).replace(/List$/, ""), names] as const;
  return Object.fromEntries(moments.map(named));
}

/** The {@link keyInProgram} of a URN. The types of the parents in it differ between mocks and the engine. */
const keyIn = (urn: string): string => keyInProgram({ type: typeIn(urn), urn });

/** The id of a provider, in a reference to it: the URNs of mocks differ from the engine's. */
const idIn = (reference: string): string => reference.slice(reference.lastIndexOf("::"));

function without(keys: string[], object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

interface Answer {
  id: string;
  state: Record<string, unknown>;
}

/** The state's outputs without its secrets, which the program does not use. */
function answerOf({ id = "", outputs = {} }: Resource): Answer {
  const isSecret = (value: unknown): boolean => typeof value === "object" && value !== null && specialSigKey in value;
  return { id, state: Object.fromEntries(Object.entries(outputs).filter(([, value]) => !isSecret(value))) };
}
