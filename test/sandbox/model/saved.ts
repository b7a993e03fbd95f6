import { deserialize, serialize } from "node:v8";

import { Account } from "./account.ts";
import type { LocalAws } from "./local-aws.ts";

/**
 * The content of the local AWS as bytes: entities, their relations, and the credentials. The time and Cloud Control's requests are not
 * included.
 */
export function save(aws: LocalAws): Buffer {
  return serialize(contentsOf(aws));
}

/** Restores what was saved, here or in another local AWS. Existing accounts stay the same objects. */
export function restore(aws: LocalAws, saved: Buffer): void {
  const { accounts, outsiders, ...organization } = deserialize(saved) as Contents;
  const { organization: target, credentials, resourceRequests, stackSets } = aws;
  refill(target.accounts, accounts);
  refill(target.outsiders, outsiders);
  target.enabledPolicyTypes.clear();
  for (const type of organization.enabledPolicyTypes) target.enabledPolicyTypes.add(type);
  target.delegation = organization.delegation;
  replace(target.units, organization.units);
  replace(target.policies, organization.policies);
  replace(target.parents, organization.parents);
  replace(credentials.keys, organization.keys);
  replace(credentials.sessions, organization.sessions);
  replace(credentials.signinTokens, organization.signinTokens);
  replace(resourceRequests.declarations, organization.declarations);
  stackSets.trustedAccess = organization.trustedAccess;
  replace(stackSets.byName, organization.stackSets);
}

type Contents = ReturnType<typeof contentsOf>;

/** The content as one value, so that an entity with several references is still one entity after it was read back. */
function contentsOf({ organization, credentials, resourceRequests, stackSets }: LocalAws) {
  const { units, policies, parents, enabledPolicyTypes, delegation } = organization;
  const { keys, sessions, signinTokens } = credentials;
  const { declarations } = resourceRequests;
  const contents = (accounts: Map<string, Account>) =>
    new Map([...accounts].map(([id, account]) => [id, contentsOfAccount(account)]));
  return {
    accounts: contents(organization.accounts),
    outsiders: contents(organization.outsiders),
    ...{ units, policies, parents, enabledPolicyTypes, delegation },
    ...{ keys, sessions, signinTokens, declarations },
    ...{ trustedAccess: stackSets.trustedAccess, stackSets: stackSets.byName },
  };
}

function contentsOfAccount(account: Account) {
  const { name, state, aliases, passwordPolicy, credentialReport } = account;
  const { users, groups, roles, policies, virtualMfaDevices, instanceProfiles } = account;
  const { openIdConnectProviders, samlProviders } = account;
  return {
    ...{ name, state, aliases, passwordPolicy, credentialReport },
    users: [...users],
    groups: [...groups],
    roles: [...roles],
    policies: [...policies],
    virtualMfaDevices: [...virtualMfaDevices],
    instanceProfiles: [...instanceProfiles],
    openIdConnectProviders: [...openIdConnectProviders],
    samlProviders: [...samlProviders],
  };
}

function refill(accounts: Map<string, Account>, saved: Map<string, ReturnType<typeof contentsOfAccount>>): void {
  for (const id of accounts.keys()) if (!saved.has(id)) accounts.delete(id);
  for (const [id, contents] of saved) {
    const account = accounts.get(id) ?? new Account(id, contents.name);
    accounts.set(id, account);
    fill(account, contents);
  }
}

function fill(account: Account, contents: ReturnType<typeof contentsOfAccount>): void {
  account.state = contents.state;
  account.aliases.splice(0, Infinity, ...contents.aliases);
  for (const key of ["passwordPolicy", "credentialReport"] as const) Reflect.deleteProperty(account, key);
  if (contents.passwordPolicy !== undefined) account.passwordPolicy = contents.passwordPolicy;
  if (contents.credentialReport !== undefined) account.credentialReport = contents.credentialReport;
  account.users.replace(contents.users);
  account.groups.replace(contents.groups);
  account.roles.replace(contents.roles);
  account.policies.replace(contents.policies);
  account.virtualMfaDevices.replace(contents.virtualMfaDevices);
  account.instanceProfiles.replace(contents.instanceProfiles);
  account.openIdConnectProviders.replace(contents.openIdConnectProviders);
  account.samlProviders.replace(contents.samlProviders);
}

function replace<Value>(target: Map<string, Value>, source: Map<string, Value>): void {
  target.clear();
  for (const [key, value] of source) target.set(key, value);
}
