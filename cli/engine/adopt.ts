import type { Settings } from "../../infra/settings.ts";
import type { LeftResource } from "../aws/requests-in-progress.ts";
import { identifierOf, isOurs, isThere } from "../aws/resource-in-aws.ts";
import { Failure } from "../failure.ts";
import type { StepEventMetadata } from "./automation.ts";
import { identityOfResource } from "../changes/step.ts";
import { nameIn } from "../changes/urn.ts";
import { type Deployment, type Resource, withKeptInputs } from "./deployment.ts";
import { giveDeletionHooks } from "./heal.ts";
import { accountIdOf, isIn, letGo } from "./unreached.ts";
import { isUnread, markUnread } from "./unread.ts";

/**
 * Takes resources into the state that AWS has already, whoever has made them. A refresh has to follow, which reads them.
 *
 * @param exists asks AWS whether it has the resource now, which may differ from what the engine was told
 * @returns the resources that were not in the state before
 */
export async function adopt(
  deployment: Deployment,
  steps: StepEventMetadata[],
  settings: Settings,
  exists = isThere,
): Promise<Resource[]> {
  const resources = steps.map(({ urn, type, new: wanted }): Resource => {
    if (wanted === undefined) throw new Error(`The engine does not say what it wanted to make of ${urn}.`);
    const { parent, provider, protect = false } = wanted;
    return { urn, type, custom: true, inputs: wanted.inputs as Record<string, unknown>, parent, provider, protect };
  });
  const there: Resource[] = [];
  for (const resource of resources) {
    if (!(await exists(resource, accountOf(deployment, resource, settings) ?? "", settings))) continue;
    await requireNotOurs(deployment, resource, settings);
    there.push(resource);
  }
  return takeIn(deployment, there, settings);
}

/** Resources that AWS has to be read for, after runs that died. */
export interface Settled {
  /** Taken into the state now, since AWS was seen to have them. */
  taken: Resource[];
  /** With a pending operation that changes or deletes it, or not read since it was taken in. */
  changing: Resource[];
}

/**
 * Settles the pending operations of runs that died. A resource that a run was making is taken into the state where AWS has it, and
 * forgotten otherwise; one that a run was deleting leaves the state where AWS has it no more. A refresh has to follow for what was taken
 * in, and for what a run was changing, or had begun to empty: it is marked as unread until then.
 *
 * @param unreached accounts in which AWS cannot be asked. Resources that runs were creating there are taken in unseen: a forgotten
 * one could be somebody's access, which no later edit would remove
 * @param ended waits until AWS is no longer at work on what runs have left
 * @returns `settled`: whether any operation was pending
 */
export async function settleUnfinished(
  deployment: Deployment,
  settings: Settings,
  unreached: { name: string }[],
  ended = requestsEnded,
): Promise<Settled & { settled: boolean }> {
  const { pending_operations: pending = [] } = deployment;
  await ended(leftIn(deployment, settings, unreached), settings);
  const by = (kind: string): Resource[] => pending.flatMap(({ type, resource }) => (type === kind ? [resource] : []));
  const creating = by("creating");
  const unseen = creating.filter((resource) => isIn(unreached, resource));
  const made: Resource[] = [];
  for (const resource of creating) {
    if (unseen.includes(resource)) continue;
    const account = accountOf(deployment, resource, settings);
    if (account !== undefined && (await isOurs(resource, account, settings))) made.push(resource);
  }
  await forgetDeleted(deployment, settings, unreached);
  for (const role of await takeIn(deployment, unseen, settings)) {
    // The hook that empties a role before its deletion reads the account from the ARN.
    const account = accountOf(deployment, role, settings) ?? "";
    role.outputs = { ...role.outputs, arn: `arn:aws:iam::${account}:role/${role.id ?? ""}` };
  }
  const begun = new Set([...by("updating"), ...by("deleting")].map(({ urn }) => urn));
  for (const resource of deployment.resources) if (begun.has(resource.urn)) markUnread(resource);
  const taken = await takeIn(deployment, made, settings);
  const changing = deployment.resources.filter(
    (resource) => isUnread(resource) && !isIn(unreached, resource) && !taken.includes(resource),
  );
  return { taken, changing, settled: pending.length > 0 };
}

/** The resources of pending operations, and those not read since, where AWS can be asked about them. */
function leftIn(deployment: Deployment, settings: Settings, unreached: { name: string }[]): LeftResource[] {
  const { pending_operations: pending = [], resources } = deployment;
  const left = [...pending.map(({ resource }) => resource), ...resources.filter(isUnread)];
  return left.flatMap((resource) => {
    const account = isIn(unreached, resource) ? undefined : accountOf(deployment, resource, settings);
    if (account === undefined) return [];
    const { account: accountName, type, name } = identityOfResource(resource);
    return [{ type: resource.type, id: resource.id, account, words: `${type} ${name} (${accountName})` }];
  });
}

async function requestsEnded(left: LeftResource[], settings: Settings): Promise<void> {
  if (left.length > 0) await (await import("../aws/requests-in-progress.ts")).requestsEnded(left, settings);
}

/** The types of which {@link isThere} knows whether AWS has them. */
const known = /^aws-native:(?:iam:(?:User|Group|Role|ManagedPolicy)|organizations:Policy|cloudformation:StackSet)$/;

/**
 * Removes from the state what a run was deleting when it died, where AWS has it no more: the engine would take it for unchanged when the
 * settings have it again.
 *
 * @param exists asks AWS whether it has the resource now
 */
export async function forgetDeleted(
  deployment: Deployment,
  settings: Settings,
  unreached: { name: string }[],
  exists = isThere,
): Promise<void> {
  for (const { type, resource } of deployment.pending_operations ?? []) {
    if (type !== "deleting" || !known.test(resource.type) || isIn(unreached, resource)) continue;
    const account = accountOf(deployment, resource, settings);
    if (account === undefined || (await exists(resource, account, settings))) continue;
    const { resources } = deployment;
    const isGone = ({ urn, id }: Resource): boolean => urn === resource.urn && id === resource.id;
    if (resources.filter(({ urn }) => urn === resource.urn).every(isGone)) {
      letGo(deployment, new Set([resource.urn]));
    }
    deployment.resources = resources.filter((one) => !isGone(one));
  }
}

/** Refuses a resource that the state has under another name: the next run would delete that entry, and the resource with it. */
async function requireNotOurs(deployment: Deployment, resource: Resource, settings: Settings): Promise<void> {
  const { urn, type, inputs = {}, provider } = resource;
  const id = (await identifierOf(type, inputs, settings)).toLowerCase();
  const account = accountByProvider(deployment, provider);
  const held = deployment.resources.find(
    (other) =>
      other.urn !== urn &&
      other.type === type &&
      // IAM's names are not case-sensitive.
      other.id?.toLowerCase() === id &&
      accountByProvider(deployment, other.provider) === account,
  );
  if (held === undefined) return;
  const { account: accountName, type: what, name } = identityOfResource(resource);
  throw new Failure(
    `${accountName}: the ${what} ${name} is this stack's own, under another name: ${nameIn(held.urn)}, which is not in the settings any more.`,
    "Put the old name back into the settings. To change it, remove the old one first, run mfa-admin up, and then add the new one.",
  );
}

/** The id of a provider's account, from the state. */
function accountByProvider({ resources }: Deployment, provider = ""): string {
  const { inputs: { allowedAccountIds } = {} } = resources.find(({ urn }) => provider.startsWith(`${urn}::`)) ?? {};
  return typeof allowedAccountIds === "string" ? allowedAccountIds : nameIn(provider);
}

/**
 * Adds resources at the end of the state, so that what they refer to comes before them. References to what the state does not have
 * are dropped. A replacement takes the place of the resource that it replaces; that one is left to be deleted, unless the run had
 * deleted it already.
 */
async function takeIn({ resources }: Deployment, found: Resource[], settings: Settings): Promise<Resource[]> {
  const taken: Resource[] = [];
  for (const resource of found) {
    const { type, inputs = {}, parent, dependencies = [], propertyDependencies = {}, ...rest } = resource;
    const id = await identifierOf(type, inputs, settings);
    const replaced = resources.findIndex(({ urn, delete: leaving = false }) => urn === resource.urn && !leaving);
    if (resources[replaced]?.id === id) continue;
    const position = replaced < 0 ? resources.length : replaced;
    const known = new Set(resources.slice(0, position).map(({ urn }) => urn));
    const isKnown = (urn: string): boolean => known.has(urn);
    const entry: Resource = {
      ...rest,
      type,
      id,
      inputs,
      outputs: withKeptInputs(inputs, inputs),
      ...(parent !== undefined && isKnown(parent) && { parent }),
      dependencies: dependencies.filter(isKnown),
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, urns]) => [property, urns.filter(isKnown)]),
      ),
    };
    giveDeletionHooks([entry]);
    markUnread(entry);
    const [old] = resources.splice(position, replaced < 0 ? 0 : 1, entry);
    if (old !== undefined && old.pendingReplacement !== true) {
      resources.splice(position + 1, 0, { ...old, delete: true });
    }
    taken.push(entry);
  }
  return taken;
}

/** The id of a resource's account; undefined for an account that the stack no longer has. */
function accountOf(
  { resources }: Deployment,
  { provider = "" }: Resource,
  { authAccount, developmentAccounts }: Settings,
): string | undefined {
  const known = resources.find(({ urn }) => provider.startsWith(`${urn}::`));
  if (known === undefined) return undefined;
  const name = nameIn(provider);
  if (name === "management") return name;
  // An account that was removed from the settings is still the stack's until its resources are deleted.
  return name === "auth" ? authAccount : (developmentAccounts[name] ?? accountIdOf(known));
}
