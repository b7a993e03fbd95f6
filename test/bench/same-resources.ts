import { readdir, readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";

import { inputsOfEnvironment } from "../../infra/names.ts";

interface StateResource {
  urn: string;
  type: string;
  custom: boolean;
  inputs?: Record<string, unknown>;
  provider?: string;
  dependencies?: string[];
}

/** Ours leaves out of a provider's inputs whatever the SDK takes from the environment. */
const providerType = "pulumi:providers:aws-native";

/**
 * Compares the states of two stacks: the same resources with the same properties, providers and dependencies, leaving
 * out components.
 *
 * @returns how many there are, with the providers
 * @throws Error when they differ, because then nothing can be said of the times
 */
export async function requireSameResources(ours: string, bare: string): Promise<number> {
  const [left, right] = [await resourcesIn(join(ours, ".mfa-admin")), await resourcesIn(bare)];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    if (isDeepStrictEqual(left.get(name), right.get(name))) continue;
    const [a, b] = [left, right].map((side) => JSON.stringify(side.get(name)));
    throw new Error(`The two programs do not make the same of ${name}:\n  ours ${a ?? "-"}\n  bare ${b ?? "-"}`);
  }
  return left.size;
}

async function resourcesIn(directory: string): Promise<Map<string, object>> {
  const stacks = join(directory, "state", ".pulumi", "stacks", "mfa-admin");
  const [file = ""] = (await readdir(stacks)).filter((name) => name.endsWith(".json"));
  const state = JSON.parse(await readFile(join(stacks, file), "utf8")) as {
    checkpoint: { latest: { resources: StateResource[] } };
  };
  const { resources } = state.checkpoint.latest;
  const components = new Set(resources.filter(({ custom }) => !custom).map(({ urn }) => urn));
  return new Map(
    resources
      .filter(({ custom }) => custom)
      .map(({ urn, type, inputs = {}, provider, dependencies = [] }) => [
        `${type} ${nameOf(urn)}`,
        {
          inputs: Object.fromEntries(
            Object.entries(inputs).filter(([key]) => type !== providerType || !inputsOfEnvironment.includes(key)),
          ),
          provider: provider === undefined ? undefined : nameOf(provider),
          dependencies: dependencies
            .filter((dependency) => !components.has(dependency))
            .map(nameOf)
            .sort(),
        },
      ]),
  );
}

/** `urn:pulumi:STACK::PROJECT::TYPE::NAME`, with `::ID` behind it in a reference to a provider. */
function nameOf(urn: string): string {
  return urn.split("::")[3] ?? urn;
}
