import { isDeepStrictEqual } from "node:util";

import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

import type { AlikeUsers } from "../../infra/context.ts";
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

/** A resource as Pulumi tells mocks of it. */
interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider?: string;
}

/** A resource as the program registers it. */
type Registration = Required<Registered> & Requested;

/** The options with which a resource is registered. */
interface Requested {
  /** The parent's name in the program. */
  parent: string;
  protect: boolean;
  ignoreChanges: string[];
  version: string;
  /** What the resource depends on, as {@link keyInProgram} names it. */
  dependencies: ReadonlySet<string>;
  /** The names of the hooks by moment, as the state has them. */
  hooks: Record<string, string[]>;
}

const userType = "aws-native:iam:User";

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
  const requests = new Map<string, Requested>();
  const registrations: Registration[] = [];
  /** Resources of whose options nothing is known. */
  const untold: string[] = [];
  const requested = (request: RegisterResourceRequest): void => {
    const { type, name } = { type: request.getType(), name: request.getName() };
    requests.set(keyInProgram({ type, name }), requestedBy(request));
  };
  const newResource = ({ type, name, inputs, provider = "" }: Registered): Answer => {
    const key = keyInProgram({ type, name });
    const [held, request] = [left.get(key), requests.get(key)];
    if (request === undefined) untold.push(key);
    else registrations.push({ type, name, inputs, provider, ...request });
    // The program runs to its end in any case: Pulumi complains about promises that are left.
    return held === undefined ? { id: name, state: inputs } : answerOf(held);
  };
  const { outputs: before } = resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
  let users: AlikeUsers | undefined;
  const alike = (given: AlikeUsers): void => {
    users = given;
  };
  try {
    await runtime.setMocks({ newResource, call: () => ({}) }, project.name, project.stack);
    letMocksKnowHooks(runtime);
    watchMocks(runtime, requested);
    // What the outputs say of the developers is no resource's output, and Pulumi takes long to look for any in there.
    let developers: unknown;
    const program = async (): Promise<object> => {
      const { developers: told, ...outputs } = await programOf(stack, settings, { alike })();
      developers = told;
      return outputs;
    };
    const outputs: unknown = await withoutCallStacks(() => runtime.runInPulumiStack(program));
    await runtime.disconnect();
    const isHeld = (registration: Registration): boolean => {
      const key = keyInProgram(registration);
      const held = left.get(key);
      return left.delete(key) && held !== undefined && isAsHeld(held, registration, inState);
    };
    const all = users === undefined ? registrations : withAlike(registrations, users);
    return (
      untold.length === 0 &&
      all?.every(isHeld) === true &&
      ![...left.values()].some((resource) => inState || isCloudResource(resource)) &&
      isDeepStrictEqual(JSON.parse(JSON.stringify({ ...(outputs as object), developers })), before)
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

/**
 * Whether the state has the resource as it is registered.
 *
 * @param inState whether what the state alone has counts, too
 */
function isAsHeld(held: Resource, registration: Registration, inState: boolean): boolean {
  return (
    isAsRegistered(held, registration) &&
    isAsRequested(held, registration) &&
    (!inState || isNotedAsRequested(held, registration))
  );
}

function isAsRegistered(held: Resource, { type, inputs, provider }: Registration): boolean {
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
function isAsRequested(held: Resource, { parent, protect, ignoreChanges, version }: Requested): boolean {
  return (
    parent === nameIn(held.parent ?? "") &&
    protect === (held.protect ?? false) &&
    isDeepStrictEqual(ignoreChanges, held.ignoreChanges ?? []) &&
    (!held.type.startsWith("pulumi:providers:") || version === held.inputs?.["version"])
  );
}

/** Whether the state has what deletions go by as the program asks for it: what the resource depends on, and its hooks. */
function isNotedAsRequested({ dependencies = [], resourceHooks = {} }: Resource, request: Requested): boolean {
  return (
    isDeepStrictEqual(request.dependencies, new Set(dependencies.map(keyIn))) &&
    isDeepStrictEqual(request.hooks, resourceHooks)
  );
}

function requestedBy(request: RegisterResourceRequest): Requested {
  return {
    parent: nameIn(request.getParent()),
    protect: request.getProtect() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    version: request.getVersion(),
    dependencies: new Set(request.getDependenciesList().map(keyIn)),
    hooks: hooksOf(request),
  };
}

/**
 * The registrations with those of the users that are registered like the first one. What depends on the first one depends on all.
 *
 * @returns undefined where the first one is registered otherwise than its inputs say, so that the others cannot be told by it
 */
function withAlike(registrations: Registration[], { first, others, inputsOf }: AlikeUsers): Registration[] | undefined {
  const [component, user] = [developerComponent, userType].map((type) =>
    registrations.find((registration) => registration.type === type && registration.name === first),
  );
  if (component === undefined || user === undefined) return undefined;
  // Pulumi leaves out what is undefined, as JSON does.
  const inputs = (name: string): Record<string, unknown> =>
    JSON.parse(JSON.stringify({ ...inputsOf(name), groups: user.inputs["groups"] })) as Record<string, unknown>;
  if (!isDeepStrictEqual(user.inputs, inputs(first))) return undefined;
  const users = others.map((name) => ({ ...user, name, parent: name, inputs: inputs(name) }));
  const further = users.map(keyInProgram);
  return [
    ...registrations.map((registration) =>
      registration.dependencies.has(keyInProgram(user))
        ? { ...registration, dependencies: new Set([...registration.dependencies, ...further]) }
        : registration,
    ),
    ...others.map((name) => ({ ...component, name })),
    ...users,
  ];
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
