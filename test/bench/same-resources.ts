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

/** The providers' inputs that the SDK takes from the environment are not compared, since mfa-admin leaves them out. */
const providerType = "pulumi:providers:aws-native";

/**
 * Requires that the states of two stacks have the same resources with the same inputs, providers and dependencies.
 * Components are left out.
 *
 * @returns the number of resources, with the providers
 * @throws Error when the states differ: their times can't be compared then
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

/** The name in a URN, `urn:pulumi:STACK::PROJECT::TYPE::NAME`, or in a reference to a provider, which ends with `::ID`. */
function nameOf(urn: string): string {
  return urn.split("::")[3] ?? urn;
}
