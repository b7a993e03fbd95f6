import type { Account } from "./account.ts";
import type { Group, Identity, Role, User } from "./entities.ts";
import { uniqueId, type IdPrefix } from "./identifiers.ts";

/** A user without credentials and policies, not yet added to the account. */
export function newUser(account: Account, name: string, path: string, created: Date): User {
  return {
    ...newIdentity(account, "user", "AIDA", name, path, created),
    tags: new Map(),
    groups: new Set(),
    accessKeys: [],
    mfaDevices: [],
    sshPublicKeys: [],
    signingCertificates: [],
    serviceSpecificCredentials: [],
  };
}

/** A group without policies, not yet added to the account. */
export function newGroup(account: Account, name: string, path: string, created: Date): Group {
  return newIdentity(account, "group", "AGPA", name, path, created);
}

/** A role that trusts nobody yet, not yet added to the account. */
export function newRole(account: Account, name: string, path: string, created: Date): Role {
  return {
    ...newIdentity(account, "role", "AROA", name, path, created),
    tags: new Map(),
    trustPolicy: "{}",
    maxSessionDuration: 3600,
  };
}

function newIdentity(
  account: Account,
  kind: string,
  prefix: IdPrefix,
  name: string,
  path: string,
  created: Date,
): Identity {
  return {
    name,
    path,
    id: uniqueId(prefix),
    arn: account.arn(kind + path + name),
    created,
    inlinePolicies: new Map(),
    attachedPolicies: new Set(),
  };
}
