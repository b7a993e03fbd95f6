/** The roles of an account that somebody can assume against the promise, whoever has made the roles. */

import { accountIdsIn, accountsOf, roleNameOf } from "../../infra/names.ts";
import { onlyDenies } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Identity } from "../aws/identities.ts";
import { isStranger, principalsOf } from "../deploy/trust.ts";
import type { Finding, FindingKind } from "../results/verify.ts";
import type { AccountInAws } from "./account.ts";
import { nameOf } from "./finding.ts";
import { isSharedRole } from "./shared-role.ts";
import { type Trusted, trustedBy } from "./trust.ts";

/** The accounts by which the roles' trust policies are judged. */
export interface Insiders {
  organizationId: string;
  managementAccount: string;
  /** Ids of the accounts that may use the access roles. */
  managers: string[];
  /** Ids of accounts that roles trust, and that do not belong to the organization. */
  outsiders: Set<string>;
  /** Ids of the accounts in which the guard rail `outsiders` is in force. */
  guarded: Set<string>;
}

/** The findings about an account's roles, without those that the stack has made. */
export function sideDoors(account: AccountInAws, settings: Settings, insiders: Insiders): Finding[] {
  const roles = account.identities.filter(
    ({ type, path }) => type === "role" && !path.startsWith("/aws-service-role/"),
  );
  const others = roles.filter((role) => !isOfIdentityCenter(role, account));
  return [...others.flatMap((role) => doorsOf(role, account, settings, insiders)), ...unusedProviders(account, roles)];
}

/**
 * Whether IAM Identity Center has made a role, and only its users can assume it (IAM Identity Center User Guide, "Referencing permission
 * sets in resource policies"): the role has a path that AWS reserves, and trusts the provider that Identity Center has made in this
 * account.
 */
function isOfIdentityCenter({ type, path, document }: Identity, { id }: Pick<AccountInAws, "id">): boolean {
  const provider = new RegExp(`^arn:aws[\\w-]*:iam::${id}:saml-provider/AWSSSO_\\w+_DO_NOT_DELETE$`);
  return (
    type === "role" &&
    path.startsWith("/aws-reserved/sso.amazonaws.com/") &&
    principalsOf(document).every((principal) => provider.test(principal))
  );
}

/** One finding for all of Identity Center's roles: they are one decision, however many permission sets and accounts there are. */
export function identityCenter(accounts: AccountInAws[]): Finding[] {
  const places = accounts.flatMap((account) => {
    const roles = account.identities.filter((role) => isOfIdentityCenter(role, account));
    return roles.length === 0 ? [] : [{ account: account.name, roles }];
  });
  if (places.length === 0) return [];
  const sets = places.flatMap(({ roles }) => roles.map(({ name }) => permissionSetOf(name)));
  const counts = places.map(({ account, roles }) => `${roles.length} in ${account}`);
  return [
    {
      ...{ name: nameOf("identity-center"), kind: "identity-center" },
      fact: `IAM Identity Center lets its users into roles of its own: ${counts.join(", ")}; by the permission sets ${[...new Set(sets)].sort().join(", ")}.`,
      meaning:
        "Whether they carry MFA is Identity Center's business, and not seen by IAM; who has which set is not read here.",
      remedy: "Have Identity Center ask for MFA at each sign-in, and accept this finding; or delete the assignments.",
    },
  ];
}

/** The permission set of a role's name, AWSReservedSSO_NAME_ and 16 hexadecimal digits. */
const permissionSetOf = (role: string): string => role.replace(/^AWSReservedSSO_/, "").replace(/_[0-9a-f]+$/, "");

/** Ids of other accounts that an account's roles trust. */
export function foreignAccounts(accounts: AccountInAws[], known: string[]): string[] {
  const ids = accounts.flatMap(({ identities }) =>
    identities.flatMap(({ type, document }) =>
      type === "role" ? trustedBy(document, "").flatMap(({ accountId }) => accountId ?? []) : [],
    ),
  );
  return [...new Set(ids)].filter((id) => /^\d{12}$/.test(id) && !known.includes(id));
}

/** The developer whose role the stack makes under this name in an account; undefined for any other role. */
export function developerOf({ name }: Identity, account: string, settings: Settings): string | undefined {
  if (settings.roles === "shared") return undefined;
  const user = name.slice(roleNameOf(settings, "").length);
  const isTheirs = roleNameOf(settings, user) === name && Object.hasOwn(settings.developers, user);
  return isTheirs && account !== "auth" && accountsOf(settings, user).includes(account) ? user : undefined;
}

function doorsOf(role: Identity, account: AccountInAws, settings: Settings, insiders: Insiders): Finding[] {
  const { name, document } = role;
  const isOurs = developerOf(role, account.name, settings) !== undefined || isSharedRole(role, account.name, settings);
  if (isOurs || onlyDenies(document)) return [];
  if (name === settings.accessRole) return accessRoleDoor(role, account, insiders);
  const byKind = Map.groupBy(trustedBy(document, insiders.organizationId), (one) =>
    kindOf(one, account, settings, insiders),
  );
  const doors = [...byKind].flatMap(([kind, trusted]) =>
    kind === undefined ? [] : [{ ...door(kind, role, account, trusted), ...ownConsent(kind, trusted, settings) }],
  );
  return doors.length === 0 ? strayRole(role, account, settings) : doors;
}

/** The kind of side door that a principal has; undefined for a principal that may enter. */
function kindOf(
  { kind, accountId = "", isRole, withMfa, fromOrganization }: Trusted,
  account: AccountInAws,
  settings: Settings,
  { managementAccount, outsiders, guarded }: Insiders,
): FindingKind | undefined {
  const isClosed = guarded.has(account.id);
  if (kind === "provider") return "role-for-provider";
  if (kind === "anybody") {
    if (fromOrganization || isClosed) return withMfa ? undefined : "role-without-mfa";
    return "role-for-anybody";
  }
  if (outsiders.has(accountId)) {
    const isTrusted = settings.trustedAccounts.includes(accountId);
    return fromOrganization || (isClosed && !isTrusted) ? undefined : "role-for-outsider";
  }
  if (withMfa || accountId === managementAccount) return undefined;
  const isLookedAt = Object.values(accountIdsIn(settings)).includes(accountId);
  if (!isLookedAt) return "role-for-other-account";
  return isRole ? undefined : "role-without-mfa";
}

/** The acceptance of roles that trust only accounts of the setting `trustedAccounts`. */
function ownConsent(kind: FindingKind, trusted: Trusted[], { trustedAccounts }: Settings): Pick<Finding, "accepted"> {
  const isMeant =
    kind === "role-for-outsider" && trusted.every(({ accountId = "" }) => trustedAccounts.includes(accountId));
  return isMeant ? { accepted: { reason: "trustedAccounts of the settings" } } : {};
}

const words: Partial<Record<FindingKind, { fact: string; meaning: string }>> = {
  "role-for-anybody": {
    fact: "lets anybody in",
    meaning: "Whoever has an AWS account, anywhere, can take this role.",
  },
  "role-for-outsider": {
    fact: "lets outsiders in",
    meaning: "That account is not of the organization, whose policies and whose MFA do not bind it.",
  },
  "role-for-provider": {
    fact: "lets an identity provider's users in",
    meaning: "Whether they carry MFA is that provider's business, and not seen by AWS.",
  },
  "role-without-mfa": {
    fact: "lets users in without MFA",
    meaning:
      "A key of one of them, stolen or not, is enough to take the role, and its sessions are exempt from the policy.",
  },
  "role-for-other-account": {
    fact: "lets another account of the organization in without MFA",
    meaning: "mfa-admin does not look after that account, so whoever can act there can take this role.",
  },
};

function door(kind: FindingKind, { name }: Identity, { name: account, id }: AccountInAws, trusted: Trusted[]): Finding {
  const principals = [...new Set(trusted.map(({ principal }) => principal))].join(", ");
  const { fact = "", meaning = "" } = words[kind] ?? {};
  return {
    ...{ name: nameOf(kind, account, name), kind, account, meaning },
    fact: `The role ${name} in ${account} ${fact}: ${principals}.`,
    remedy: `Have its trust policy let in whom it should, with MFA, or delete the role in ${id}.`,
    command: `aws iam update-assume-role-policy --role-name ${name} --policy-document FILE`,
  };
}

function accessRoleDoor(role: Identity, { name: account }: AccountInAws, { managers }: Insiders): Finding[] {
  const strangers = principalsOf(role.document).filter((one) => isStranger(one, managers));
  if (strangers.length === 0) return [];
  return [
    {
      ...{ name: nameOf("access-role", account, role.name), kind: "access-role", account },
      fact: `The access role ${role.name} in ${account} lets in others than the management account: ${[...new Set(strangers)].join(", ")}.`,
      meaning: "Whoever takes it may do everything in the account, and is exempt from the guard rails.",
      remedy: `Have it trust ${managers.map((id) => `arn:aws:iam::${id}:root`).join(" and ")} alone.`,
      command: `aws iam update-assume-role-policy --role-name ${role.name} --policy-document FILE`,
    },
  ];
}

/** A role that is named like a developer's, but not made by the stack: a later developer may get its name. */
function strayRole({ name, document }: Identity, { name: account }: AccountInAws, settings: Settings): Finding[] {
  const lets = principalsOf(document).filter((one) => one.startsWith("arn:"));
  if (!name.startsWith(`${settings.rolePrefix}-`) || account === "auth" || lets.length === 0) return [];
  const isOfSwitch =
    settings.roles === "shared" && Object.hasOwn(settings.developers, name.slice(settings.rolePrefix.length + 1));
  if (isOfSwitch) {
    return [
      {
        ...{ name: nameOf("stray-role", account, name), kind: "stray-role", account },
        fact: `The role ${name} in ${account} is a developer's own, of the form that the settings have left; it lets in ${lets.join(", ")}.`,
        meaning: "It goes on working until the switch to the shared role is finished.",
        remedy: "Finish the switch when nobody uses it any more.",
        command: "mfa-admin up --finish-switch",
      },
    ];
  }
  return [
    {
      ...{ name: nameOf("stray-role", account, name), kind: "stray-role", account },
      fact: `The role ${name} in ${account} is named like a developer's, and is nobody's on the roster; it lets in ${lets.join(", ")}.`,
      meaning: "It takes the name of a developer who is added later, or is left of one who is gone.",
      remedy: "Delete it there, after its policies.",
      command: `aws iam delete-role --role-name ${name}`,
    },
  ];
}

/** Providers that no role trusts; the others are reported with their roles. */
function unusedProviders({ name: account, providers }: AccountInAws, roles: Identity[]): Finding[] {
  const used = new Set(roles.flatMap(({ document }) => principalsOf(document)));
  return providers
    .filter((arn) => !used.has(arn))
    .map((arn) => {
      const called = arn.replace(/^[^/]*\//, "");
      return {
        ...{ name: nameOf("provider", account, called), kind: "provider" as const, account },
        fact: `The identity provider ${called} in ${account} is trusted by no role yet.`,
        meaning: "Whoever makes a role for it lets its users in, by whatever they sign in with there.",
        remedy: "Delete it there, if nobody means it.",
        command: arn.includes(":saml-provider/")
          ? `aws iam delete-saml-provider --saml-provider-arn ${arn}`
          : `aws iam delete-open-id-connect-provider --open-id-connect-provider-arn ${arn}`,
      };
    });
}
