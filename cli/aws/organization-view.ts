import {
  DescribeAccountCommand,
  ListParentsCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  type Parent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from "@aws-sdk/client-organizations";
import pMap from "p-map";

import { organizationsClient } from "../../infra/organizations-client.ts";

export interface OrganizationAccount {
  id: string;
  name: string;
}

/** An account that is not active: nothing can be made in it. */
export interface InactiveAccount extends OrganizationAccount {
  /** In AWS's words (Organizations API Reference, "Account"): PENDING_ACTIVATION, SUSPENDED, PENDING_CLOSURE, CLOSED. */
  state: string;
}

export interface OrganizationalUnit {
  id: string;
  /** The names from the root down, such as `Workloads/Development`. */
  path: string;
  /** Ids of the accounts in it and in the units below it. */
  accountIds: string[];
}

/** The organization's accounts and units, which `init` offers and checks answers against. */
export interface OrganizationView {
  accounts: OrganizationAccount[];
  /** The accounts that are not active. AWS tells that by `State` since 2026-09-09, by `Status` before. */
  inactive: InactiveAccount[];
  organizationalUnits: OrganizationalUnit[];
}

/** Reads the active accounts and the tree of organizational units, from the management account. */
export async function viewOrganization(): Promise<OrganizationView> {
  const client = organizationsClient();
  const accounts: OrganizationAccount[] = [];
  const inactive: InactiveAccount[] = [];
  for await (const page of paginateListAccounts({ client }, {})) {
    for (const { Id = "", Name = "", State, Status } of page.Accounts ?? []) {
      const state = State ?? Status ?? "ACTIVE";
      if (state === "ACTIVE") accounts.push({ id: Id, name: Name });
      else inactive.push({ id: Id, name: Name, state });
    }
  }
  const organizationalUnits: OrganizationalUnit[] = [];
  for await (const { Roots } of paginateListRoots({ client }, {})) {
    for (const root of Roots ?? []) await collectUnits(client, root.Id ?? "", "", organizationalUnits);
  }
  return { accounts, inactive, organizationalUnits };
}

/** Adds the units below a parent, one after the other: AWS Organizations throttles early. Returns their accounts. */
async function collectUnits(
  client: OrganizationsClient,
  parentId: string,
  parentPath: string,
  found: OrganizationalUnit[],
): Promise<string[]> {
  const below: string[] = [];
  for await (const page of paginateListOrganizationalUnitsForParent({ client }, { ParentId: parentId })) {
    for (const { Id: id = "", Name: name = "" } of page.OrganizationalUnits ?? []) {
      const unit: OrganizationalUnit = { id, path: parentPath === "" ? name : `${parentPath}/${name}`, accountIds: [] };
      found.push(unit);
      for await (const { Accounts } of paginateListAccountsForParent({ client }, { ParentId: id })) {
        unit.accountIds.push(...(Accounts ?? []).map(({ Id = "" }) => Id));
      }
      unit.accountIds.push(...(await collectUnits(client, id, unit.path, found)));
      below.push(...unit.accountIds);
    }
  }
  return below;
}

/** Ids of the accounts that a policy with these targets applies to: units, the root, and accounts themselves. */
export function accountsBelow({ accounts, organizationalUnits }: OrganizationView, targets: string[]): Set<string> {
  const isAll = targets.some((id) => id.startsWith("r-"));
  return new Set([
    ...targets.filter((id) => /^\d{12}$/.test(id)),
    ...(isAll ? accounts.map(({ id }) => id) : []),
    ...organizationalUnits.filter(({ id }) => targets.includes(id)).flatMap(({ accountIds }) => accountIds),
  ]);
}

/** The nearest of the given units or roots that an account is below, at any depth; undefined where it is below none. */
export async function unitAbove(accountId: string, units: string[]): Promise<string | undefined> {
  const client = organizationsClient();
  let child = accountId;
  for (;;) {
    const { Parents: [parent] = [] } = await client.send(new ListParentsCommand({ ChildId: child }));
    if (parent?.Id === undefined || units.includes(parent.Id)) return parent?.Id;
    if (parent.Type === "ROOT") return undefined;
    child = parent.Id;
  }
}

/**
 * The accounts that are neither among the targets (units, the root, accounts) nor below one. The accounts directly in a unit are
 * listed in pages of 20 (Organizations API Reference, "ListAccountsForParent") while that takes fewer calls than one for each.
 *
 * @param further tells more targets; it is waited for where the first ones do not have all accounts directly
 */
export async function accountsOutside(
  accountIds: string[],
  targets: string[],
  further: () => Promise<string[]> = () => Promise.resolve([]),
): Promise<string[]> {
  const client = organizationsClient();
  const inside = new Set(targets);
  const isFound = (accountId: string): boolean => inside.has(accountId);
  const list = async (all: string[]): Promise<void> => {
    const units = [...new Set(all.filter((id) => id.startsWith("ou-")))];
    const left = accountIds.filter((accountId) => !isFound(accountId)).length;
    if (left <= units.length) return;
    for (const accountId of await listedIn(client, units, left)) inside.add(accountId);
  };
  await list(targets);
  if (accountIds.every(isFound)) return [];
  const others = (await further()).filter((id) => !inside.has(id));
  for (const id of others) inside.add(id);
  await list(others);
  const parents = new Map<string, Promise<Parent | undefined>>();
  const parentOf = (child: string): Promise<Parent | undefined> => {
    const known = parents.get(child);
    if (known !== undefined) return known;
    const asked = client.send(new ListParentsCommand({ ChildId: child })).then(({ Parents }) => Parents?.[0]);
    parents.set(child, asked);
    return asked;
  };
  const isOutside = async (accountId: string): Promise<boolean> => {
    for (let place: string | undefined = accountId; place !== undefined; place = (await parentOf(place))?.Id) {
      if (inside.has(place)) return false;
      if (place.startsWith("r-")) return true;
    }
    return true;
  };
  const outside = await pMap(accountIds, isOutside, { concurrency: 4 });
  return accountIds.filter((_, index) => outside[index] === true);
}

/** Ids of accounts right in these units. @param calls how many pages are read at most */
async function listedIn(client: OrganizationsClient, units: string[], calls: number): Promise<string[]> {
  const found: string[] = [];
  let left = calls;
  for (const ParentId of units) {
    for await (const { Accounts } of unlessMissing(paginateListAccountsForParent({ client }, { ParentId }))) {
      found.push(...(Accounts ?? []).map(({ Id = "" }) => Id));
      left--;
      if (left <= 0) return found;
    }
  }
  return found;
}

/** The pages; none, or no more, where AWS has no such parent. */
export async function* unlessMissing<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* pages;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ParentNotFoundException") throw error;
  }
}

/** Whether the organization has the account, active or not (Organizations API Reference, "DescribeAccount"). */
export async function isOfOrganization(accountId: string): Promise<boolean> {
  try {
    await organizationsClient().send(new DescribeAccountCommand({ AccountId: accountId }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "AccountNotFoundException") return false;
    throw error;
  }
}
