import {
  DescribePolicyCommand,
  ListParentsCommand,
  type OrganizationsClient,
  paginateListAccountsForParent,
  type PolicySummary,
} from "@aws-sdk/client-organizations";
import pMap from "p-map";

import type { ControlPolicyType } from "../../infra/guard-rails.ts";
import { organizationsClient } from "../../infra/organizations-client.ts";
import { controlPolicies, controlPoliciesOn, policyTargets, policyTypesOn } from "../aws/control-policies.ts";
import { unlessMissing } from "../aws/organization-view.ts";
import { everything } from "../aws/simulate.ts";

/** A service or resource control policy that is attached in AWS Organizations. */
export interface AttachedPolicy {
  name: string;
  type: ControlPolicyType;
  /** JSON text. */
  content: string;
}

/** The root, an organizational unit or an account, with the policies that are attached to it directly. */
export interface Level {
  id: string;
  policies: AttachedPolicy[];
}

/** The control policies above some accounts. */
export interface ControlPolicies {
  rootId: string;
  /** Types of policies that are enabled in the organization. */
  types: ControlPolicyType[];
  /** The levels above each account, by its id, from the root down to the account; missing for an account outside of the organization. */
  levels: Map<string, Level[]>;
  /** Names of every policy, attached or not. */
  names: Set<string>;
  /** The state of the accounts directly in the settings' units, by id, as AWS Organizations has it: ACTIVE, SUSPENDED, ... */
  states: Map<string, string>;
}

/** Concurrent calls of a kind: AWS Organizations throttles early. */
const concurrency = 2;

/**
 * Reads every service and resource control policy at every level above some accounts.
 *
 * @param units organizational units that are likely to have most of the accounts
 */
export async function readControlPolicies(accountIds: string[], units: string[]): Promise<ControlPolicies> {
  const client = organizationsClient();
  const placing = placesOf(client, accountIds, units);
  const listing = async () => {
    const { rootId, types: typesOn } = await policyTypesOn();
    const types = (["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] as const).filter((type) =>
      typesOn.includes(type),
    );
    const policies = (await pMap(types, controlPolicies, { concurrency: 1 })).flat();
    // There are at least as many levels as accounts: with fewer policies than that, the levels need not be known first.
    const attached =
      policies.length <= accountIds.length * types.length
        ? await byPolicy(policies)
        : await attachedTo(policies, levelsIn((await placing).places), types);
    return { rootId, types, policies, attached, texts: await contentsOf(client, attached) };
  };
  const [{ rootId, types, policies, attached, texts }, { places, states }] = await Promise.all([listing(), placing]);
  const levelOf = (id: string): Level => ({
    id,
    policies: (attached.get(id) ?? []).map((policy) => ({
      name: policy.Name ?? "",
      type: policy.Type as ControlPolicyType,
      content: texts.get(policy.Id ?? "") ?? everything,
    })),
  });
  return {
    rootId,
    types,
    levels: new Map([...places].map(([id, path]) => [id, path.map(levelOf)])),
    names: new Set(policies.map(({ Name = "" }) => Name)),
    states,
  };
}

/** The ids from the root down to each account. The settings' units are listed first: one call returns up to 20 accounts. */
async function placesOf(
  client: OrganizationsClient,
  accountIds: string[],
  units: string[],
): Promise<{ places: Map<string, string[]>; states: Map<string, string> }> {
  const parents = new Map<string, Promise<string | undefined>>();
  const states = new Map<string, string>();
  await pMap(
    units,
    async (ParentId) => {
      const pages = paginateListAccountsForParent({ client }, { ParentId });
      for await (const { Accounts } of unlessMissing(pages)) {
        for (const { Id = "", State, Status } of Accounts ?? []) {
          parents.set(Id, Promise.resolve(ParentId));
          states.set(Id, State ?? Status ?? "ACTIVE");
        }
      }
    },
    { concurrency: 1 },
  );
  const parentOf = (id: string): Promise<string | undefined> => {
    const asked = parents.get(id) ?? askParent(client, id);
    parents.set(id, asked);
    return asked;
  };
  const placeOf = async (account: string): Promise<[account: string, path: string[]]> => {
    const path = [account];
    for (let above = await parentOf(account); above !== undefined;) {
      path.unshift(above);
      above = above.startsWith("r-") ? undefined : await parentOf(above);
    }
    return [account, path.length === 1 ? [] : path];
  };
  return { places: new Map(await pMap(accountIds, placeOf, { concurrency })), states };
}

async function askParent(client: OrganizationsClient, ChildId: string): Promise<string | undefined> {
  try {
    const { Parents: [parent] = [] } = await client.send(new ListParentsCommand({ ChildId }));
    return parent?.Id;
  } catch (error) {
    if (error instanceof Error && error.name === "ChildNotFoundException") return undefined;
    throw error;
  }
}

function levelsIn(places: Map<string, string[]>): string[] {
  return [...new Set([...places.values()].flat())];
}

/** The attached policies by the level's id. */
type Attached = Map<string, PolicySummary[]>;

/** The policies attached to each level, asked for by policy or by level, whichever needs fewer calls. */
async function attachedTo(
  policies: PolicySummary[],
  levelIds: string[],
  types: ControlPolicyType[],
): Promise<Attached> {
  if (policies.length <= levelIds.length * types.length) return byPolicy(policies);
  const asked = levelIds.flatMap((level) => types.map((type) => ({ level, type })));
  const found = await pMap(asked, ({ level, type }) => controlPoliciesOn(level, type), { concurrency });
  return grouped(asked.flatMap(({ level }, index) => (found[index] ?? []).map((policy) => ({ level, policy }))));
}

async function byPolicy(policies: PolicySummary[]): Promise<Attached> {
  const targets = await pMap(policies, ({ Id = "" }) => policyTargets(Id), { concurrency });
  return grouped(policies.flatMap((policy, index) => (targets[index] ?? []).map((level) => ({ level, policy }))));
}

function grouped(all: { level: string; policy: PolicySummary }[]): Attached {
  const byLevel = Map.groupBy(all, ({ level }) => level);
  return new Map([...byLevel].map(([level, found]) => [level, found.map(({ policy }) => policy)]));
}

/** The policies' JSON texts by id. AWS's own policies are not read: they allow everything, and nobody can change them. */
async function contentsOf(client: OrganizationsClient, attached: Attached): Promise<Map<string, string>> {
  const policies = [...attached.values()].flat();
  const ids = new Set(policies.flatMap(({ AwsManaged, Id }) => (AwsManaged === true ? [] : [Id ?? ""])));
  const texts = await pMap(
    ids,
    async (PolicyId) => {
      const { Policy } = await client.send(new DescribePolicyCommand({ PolicyId }));
      return [PolicyId, Policy?.Content ?? "{}"] as const;
    },
    { concurrency },
  );
  return new Map(texts);
}

/** The service control policies above an account as the policy simulator takes them, level by level. */
export function hierarchyOf({ types, levels }: ControlPolicies, accountId: string): string[][] {
  if (!types.includes("SERVICE_CONTROL_POLICY")) return [];
  return (levels.get(accountId) ?? []).map((level) => textsOf(level, "SERVICE_CONTROL_POLICY"));
}

/** The JSON texts of one type of policies that are attached to a level directly. */
export function textsOf({ policies }: Level, type: ControlPolicyType): string[] {
  return policies.flatMap((policy) => (policy.type === type ? [policy.content] : []));
}
