import type { Account, OrganizationsClient } from "@aws-sdk/client-organizations";

import { accountsNamed } from "./access-ends.ts";
import { reservedAccountNames } from "./account-names.ts";
import { accountsOf } from "./names.ts";
import type { Settings } from "./settings.ts";

/** The accounts of the settings' organizational units, by names that settings can have. */

/** An account as AWS Organizations has it, and the name that stands for it here. */
export interface NamedAccount {
  id: string;
  /** The name in AWS Organizations. */
  awsName: string;
  /** Lower-case letters, digits and hyphens. It is the id where AWS's name makes no such name, looks like an id, or is another account's, too. */
  name: string;
  /** The account's state in AWS Organizations: ACTIVE, SUSPENDED and so on. */
  state: string;
}

/**
 * Accounts with their names here: the name in the settings, else AWS's own in lower case with hyphens. Where two accounts would have the
 * same name, neither gets it, so that a name never depends on which account was made first.
 */
export function namedAccounts(
  accounts: Omit<NamedAccount, "name">[],
  { developmentAccounts }: Pick<Settings, "developmentAccounts">,
): NamedAccount[] {
  const chosen = new Map(Object.entries(developmentAccounts).map(([name, id]) => [id, name]));
  const fit = accounts.map((account) => chosen.get(account.id) ?? fitName(account.awsName));
  const uses = Map.groupBy(fit, (name) => name);
  // Whoever administrates an account may name it (AWS Account Management Reference, "PutAccountName"), by another account's id as well.
  const isFree = (name: string): boolean =>
    !/^(?:\d{12})?$/.test(name) && uses.get(name)?.length === 1 && !reservedAccountNames.includes(name);
  return accounts.map((account, index) => {
    const name = fit[index] ?? "";
    return { ...account, name: chosen.has(account.id) || isFree(name) ? name : account.id };
  });
}

/** A name in the form of the settings: "Payments (Prod)" becomes payments-prod. The result may be empty. */
export function fitName(awsName: string): string {
  return awsName
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 33)
    .replace(/^-|-$/g, "")
    .slice(0, 32);
}

/** The accounts of the units and of the units below them, in any state (Organizations API Reference, "ListAccountsForParent"). */
export async function accountsOfUnits(units: string[]): Promise<Omit<NamedAccount, "name">[]> {
  const [{ organizationsClient }, { paginateListAccountsForParent, paginateListOrganizationalUnitsForParent }] =
    await Promise.all([import("./organizations-client.ts"), import("@aws-sdk/client-organizations")]);
  const client: OrganizationsClient = organizationsClient();
  const found: Account[] = [];
  // Units are read one after the other: AWS Organizations throttles early.
  const waiting = [...units];
  for (let ParentId = waiting.shift(); ParentId !== undefined; ParentId = waiting.shift()) {
    for await (const { Accounts } of paginateListAccountsForParent({ client }, { ParentId })) {
      found.push(...(Accounts ?? []));
    }
    for await (const { OrganizationalUnits } of paginateListOrganizationalUnitsForParent({ client }, { ParentId })) {
      waiting.push(...(OrganizationalUnits ?? []).flatMap(({ Id }) => Id ?? []));
    }
  }
  return found.map(({ Id: id = "", Name: awsName = "", State, Status }) => ({
    id,
    awsName,
    state: State ?? Status ?? "ACTIVE",
  }));
}

const read = new Map<string, Promise<NamedAccount[]>>();

/**
 * All accounts of the settings' units with their names. They are read once in a run: a check, a preview and an update must use the same
 * names, and a thousand accounts are fifty pages.
 */
export async function accountsByName(settings: Settings): Promise<NamedAccount[]> {
  const { organizationalUnits, developmentAccounts } = settings;
  const key = JSON.stringify([organizationalUnits, developmentAccounts]);
  const known = read.get(key);
  if (known !== undefined) return known;
  const reading = accountsOfUnits(organizationalUnits).then((accounts) => namedAccounts(accounts, settings));
  read.set(key, reading);
  // A failure is not kept: the next caller reads again.
  reading.catch(() => read.delete(key));
  return reading;
}

/** The names of accounts that developers are let into and that the settings do not name themselves. */
export function unnamedAccounts(settings: Settings): string[] {
  if (settings.roles !== "shared") return [];
  const names = Object.values(settings.developers).flatMap(({ accounts }) =>
    Object.keys(accountsNamed(accounts) ?? {}),
  );
  return [...new Set(names)].filter((name) => !Object.hasOwn(settings.developmentAccounts, name));
}

/**
 * The ids of {@link unnamedAccounts}, by name. AWS is asked only where there are any.
 *
 * @throws Error for a name that no account has
 */
export async function accountsOfNames(settings: Settings): Promise<Record<string, string>> {
  const wanted = unnamedAccounts(settings);
  if (wanted.length === 0) return {};
  const known = await accountsByName(settings);
  const ids = new Map(known.map(({ name, id }) => [name, id]));
  const missing = wanted.filter((name) => !ids.has(name));
  if (missing.length > 0) {
    const [developer] = Object.keys(settings.developers).filter((name) =>
      accountsOf(settings, name).some((account) => missing.includes(account)),
    );
    throw new Error(
      `mfa-admin:developers.${developer ?? ""}: no account of the organizational units has the name ${missing.join(", ")}; mfa-admin list --accounts shows the names`,
    );
  }
  return Object.fromEntries(wanted.map((name) => [name, ids.get(name) ?? ""]));
}
