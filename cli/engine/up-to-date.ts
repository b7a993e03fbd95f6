import { isDeepStrictEqual } from "node:util";

import type { Settings } from "../../infra/settings.ts";
import { isCloudResource } from "../changes/step.ts";
import { nameIn } from "../changes/urn.ts";
import type { Project } from "../project/project.ts";
import { specialSigKey, type Stack } from "./automation.ts";
import type { Resource } from "./deployment.ts";
import { letMocksKnowHooks } from "./pulumi-insides.ts";
import { programOf } from "./stack.ts";
import type { StateBefore } from "./state-before.ts";

/** A resource as the program registers it. */
interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider?: string;
}

/**
 * Whether a preview of the whole stack would find nothing to change, without the engine and its plugins. The program registers its
 * resources with Pulumi's mocks. These answer from the state, and compare the resource's inputs with the state's.
 *
 * @returns false also where this does not tell, so that the engine has to be asked
 */
export async function isUpToDate(
  stack: Stack,
  { project, settings }: { project: Project; settings: Settings },
  { resources, isUnfinished }: Pick<StateBefore, "resources" | "isUnfinished">,
): Promise<boolean> {
  if (isUnfinished || resources.some(isHalfDone)) return false;
  const { runtime } = await import("@pulumi/pulumi");
  const left = new Map(resources.map((resource) => [keyOf(resource.type, nameIn(resource.urn)), resource]));
  const differing = new Set<string>();
  const newResource = (registered: Registered): Answer => {
    const key = keyOf(registered.type, registered.name);
    const held = left.get(key);
    left.delete(key);
    if (held === undefined || !isAsRegistered(held, registered)) differing.add(key);
    // The program runs to its end in any case: Pulumi complains about promises that are left.
    return held === undefined ? { id: registered.name, state: registered.inputs } : answerOf(held);
  };
  try {
    await runtime.setMocks({ newResource, call: () => ({}) }, project.name, project.stack);
    letMocksKnowHooks(runtime);
    await runtime.runInPulumiStack(programOf(stack, settings));
    await runtime.disconnect();
    return differing.size === 0 && ![...left.values()].some(isCloudResource);
  } catch {
    // The engine tells what is wrong.
    return false;
  } finally {
    runtime.disconnectSync();
  }
}

/** The type and the name together name a resource of this program. */
const keyOf = (type: string, name: string): string => `${type} ${name}`;

/** Whether the engine has to do something about the resource whatever its inputs are. */
function isHalfDone({ delete: isReplaced, pendingReplacement, initErrors = [] }: Resource): boolean {
  return isReplaced === true || pendingReplacement === true || initErrors.length > 0;
}

function isAsRegistered(held: Resource, { type, inputs, provider = "" }: Registered): boolean {
  if (isCloudResource({ type })) {
    const ignored = held.ignoreChanges ?? [];
    return (
      idIn(provider) === idIn(held.provider ?? "") &&
      isDeepStrictEqual(without(ignored, inputs), without(ignored, held.inputs ?? {}))
    );
  }
  // The engine adds these to what the program gives a provider.
  const added = ["__internal", "version"];
  return !type.startsWith("pulumi:providers:") || isDeepStrictEqual(inputs, without(added, held.inputs ?? {}));
}

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
