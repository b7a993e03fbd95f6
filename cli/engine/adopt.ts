import type { Settings } from "../../infra/settings.ts";
import { identifierOf, isOurs } from "../aws/resource.ts";
import type { StepEventMetadata } from "./automation.ts";
import { nameOf } from "./changes.ts";
import { type Deployment, type Resource, withKeptInputs } from "./deployment.ts";

/**
 * Takes resources into the state that AWS has already, whoever has made them. A refresh has to follow: it reads them.
 *
 * @returns those that were not in the state before
 */
export async function adopt(
  deployment: Deployment,
  steps: StepEventMetadata[],
  settings: Settings,
): Promise<Resource[]> {
  const resources = steps.map(({ urn, type, new: planned }): Resource => {
    if (planned === undefined) throw new Error(`The engine does not say what it wanted to make of ${urn}.`);
    const { parent, provider, protect = false } = planned;
    return { urn, type, custom: true, inputs: planned.inputs as Record<string, unknown>, parent, provider, protect };
  });
  return takeIn(deployment, resources, settings);
}

/**
 * Settles what runs were making when they died: what AWS has of it comes into the state, the rest is forgotten. A refresh
 * has to follow when anything came in.
 *
 * @returns what came in, and whether there was anything to be settled
 */
export async function settleUnfinished(
  deployment: Deployment,
  settings: Settings,
): Promise<{ taken: Resource[]; settled: boolean }> {
  const { pending_operations: pending = [] } = deployment;
  const creating = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  const made: Resource[] = [];
  for (const resource of creating) {
    const account = accountOf(deployment, resource, settings);
    if (account !== undefined && (await isOurs(resource, account, settings))) made.push(resource);
  }
  return { taken: await takeIn(deployment, made, settings), settled: pending.length > 0 };
}

/** At the end of the state, so that what they refer to comes before them; what is not there is no longer referred to. */
async function takeIn(deployment: Deployment, found: Resource[], settings: Settings): Promise<Resource[]> {
  const known = new Set(deployment.resources.map(({ urn }) => urn));
  const taken: Resource[] = [];
  for (const resource of found) {
    if (known.has(resource.urn)) continue;
    const { type, inputs = {}, parent, dependencies = [], propertyDependencies = {}, ...rest } = resource;
    const isKnown = (urn: string): boolean => known.has(urn);
    taken.push({
      ...rest,
      type,
      id: await identifierOf(type, inputs, settings),
      inputs,
      outputs: withKeptInputs(inputs, inputs),
      ...(parent !== undefined && isKnown(parent) && { parent }),
      dependencies: dependencies.filter(isKnown),
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, urns]) => [property, urns.filter(isKnown)]),
      ),
    });
    known.add(resource.urn);
  }
  deployment.resources.push(...taken);
  return taken;
}

/** The id of the account in which a resource is; nothing for one that the stack no longer has. */
function accountOf(
  { resources }: Deployment,
  { provider = "" }: Resource,
  { authAccount, developmentAccounts }: Settings,
): string | undefined {
  if (!resources.some(({ urn }) => provider.startsWith(`${urn}::`))) return undefined;
  const name = nameOf(provider);
  if (name === "management") return name;
  return name === "auth" ? authAccount : developmentAccounts[name];
}
