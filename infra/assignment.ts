import { accountsOf, entersEveryAccount, roleNameOf, tagPrefix } from "./names.ts";
import { accountTagsRoom } from "./settings-references.ts";
import { accountTag, everyAccountTag } from "./shared-role.ts";
import type { Settings } from "./settings.ts";

/**
 * What a developer has to know of the organization to log in. It stands in the tags of the developer's own user, which
 * they may read without MFA (`iam:GetUser`), so that no file has to be handed over. None of it is a secret.
 */
export interface Assignment {
  userName: string;
  /** The id of the account that holds the user. */
  authAccount: string;
  /** The name of the developer's role, the same in every account. */
  roleName: string;
  /** The role's longest session, in seconds. */
  sessionDuration: number;
  /** The ids of the accounts in which the developer has the role, by name. */
  accounts: Record<string, string>;
  /** Whether the role is shared with other developers. */
  sharedRole?: true;
  /** Whether the role is in every account of the organization's units, not only in those that have a name here. */
  everyAccount?: true;
  /** Whom to ask about access, in the organization's own words. */
  contact?: string;
  /** The region of the developer's profiles. */
  region?: string;
  /** Whether access keys are managed with MFA alone; absent with the article's policy (`accessKeys: article`). */
  accessKeys?: "with-mfa";
  /** The oldest MFA, in seconds, with which the role can be assumed. */
  mfaMaxAge?: number;
  /** The age of an access key, in days, from which its developer is told to replace it. */
  maxKeyAge?: number;
}

// The tag has the prefix, not the role's name: the name ends with the user's name, which may have a comma, and a tag's value may not.
const rolePrefixKey = `${tagPrefix}role-prefix`;
/** This tag stands in place of the prefix where the role is shared: the shared role's whole name. */
const roleNameKey = `${tagPrefix}role`;
const durationKey = `${tagPrefix}session-duration`;
const contactKey = `${tagPrefix}contact`;
const regionKey = `${tagPrefix}region`;
const accessKeysKey = `${tagPrefix}access-keys`;
const mfaMaxAgeKey = `${tagPrefix}mfa-max-age`;
const maxKeyAgeKey = `${tagPrefix}max-key-age`;
const accountPrefix = `${tagPrefix}account/`;

/**
 * A developer's assignment, from the settings.
 *
 * @param known the ids of accounts by their names in AWS Organizations, where the settings name none of them
 */
export function assignmentOf(settings: Settings, userName: string, known: Record<string, string> = {}): Assignment {
  const { authAccount, developmentAccounts, sessionDuration, contact, region, accessKeys, mfaMaxAge, maxKeyAge } =
    settings;
  return {
    userName,
    authAccount,
    roleName: roleNameOf(settings, userName),
    sessionDuration,
    accounts: Object.fromEntries(
      accountsOf(settings, userName).map((account) => [account, developmentAccounts[account] ?? known[account] ?? ""]),
    ),
    ...(settings.roles === "shared" && { sharedRole: true as const }),
    ...(entersEveryAccount(settings, userName) && { everyAccount: true as const }),
    ...(contact !== undefined && { contact }),
    ...(region !== undefined && { region }),
    ...(accessKeys === "with-mfa" && { accessKeys }),
    ...(mfaMaxAge !== undefined && { mfaMaxAge }),
    ...(maxKeyAge !== undefined && { maxKeyAge }),
  };
}

/**
 * The tags of a developer's user that carry the assignment. The trust policy of a shared role lets users in by these tags.
 *
 * @param withShared whether the shared role still exists beside the developer's own roles
 */
export function assignmentTags(
  settings: Settings,
  userName: string,
  known: Record<string, string> = {},
  withShared = false,
): Record<string, string> {
  const assignment = assignmentOf(settings, userName, known);
  const { sessionDuration, accounts, contact, region, accessKeys, mfaMaxAge, maxKeyAge } = assignment;
  return {
    ...(settings.roles === "shared"
      ? sharedRoleTags(settings, assignment)
      : {
          [rolePrefixKey]: settings.rolePrefix,
          ...Object.fromEntries(Object.entries(accounts).map(([name, id]) => [`${accountPrefix}${name}`, id])),
          ...(withShared && sharedTagsBesides(settings, assignment)),
        }),
    [durationKey]: String(sessionDuration),
    ...(contact !== undefined && { [contactKey]: contact }),
    ...(region !== undefined && { [regionKey]: region }),
    ...(accessKeys !== undefined && { [accessKeysKey]: accessKeys }),
    ...(mfaMaxAge !== undefined && { [mfaMaxAgeKey]: String(mfaMaxAge) }),
    ...(maxKeyAge !== undefined && { [maxKeyAgeKey]: String(maxKeyAge) }),
  };
}

/** The tags by which the shared role still admits a developer who already has roles of their own, as far as both kinds of tags fit. */
function sharedTagsBesides(settings: Settings, { userName, accounts }: Assignment): Record<string, string> {
  if (settings.developers[userName]?.accounts === undefined) return { [everyAccountTag.key]: everyAccountTag.value };
  const tags = Object.entries(accounts).map(([name, id]) => [accountTag(id), name] as const);
  return 2 * tags.length <= accountTagsRoom(settings) ? Object.fromEntries(tags) : {};
}

/**
 * The tags of a user of the shared role. Names of accounts are left out where one tag admits to every account and there is no room for
 * them.
 */
function sharedRoleTags(settings: Settings, { roleName, accounts, everyAccount }: Assignment): Record<string, string> {
  const named = Object.entries(accounts).map(([name, id]) => [accountTag(id), name] as const);
  const every = everyAccount === true ? { [everyAccountTag.key]: everyAccountTag.value } : {};
  const isShort = named.length + Object.keys(every).length <= accountTagsRoom(settings);
  return { [roleNameKey]: roleName, ...every, ...(everyAccount === true && !isShort ? {} : Object.fromEntries(named)) };
}

/** The assignment in a user's tags; undefined when the user is no developer of this stack. */
export function assignmentFromTags(
  { userName, authAccount }: Pick<Assignment, "userName" | "authAccount">,
  tags: Record<string, string>,
): Assignment | undefined {
  const { [rolePrefixKey]: rolePrefix, [durationKey]: duration, [contactKey]: contact, [regionKey]: region } = tags;
  const { [accessKeysKey]: accessKeys, [mfaMaxAgeKey]: mfaMaxAge, [maxKeyAgeKey]: maxKeyAge } = tags;
  const { [roleNameKey]: shared } = tags;
  const roleName = shared ?? (rolePrefix === undefined ? undefined : roleNameOf({ rolePrefix }, userName));
  if (roleName === undefined) return undefined;
  const accounts = Object.entries(tags)
    .flatMap(([key, value]) => accountIn(key, value, shared !== undefined))
    // IAM keeps no order of tags.
    .toSorted(([a], [b]) => a.localeCompare(b));
  return {
    userName,
    authAccount,
    roleName,
    sessionDuration: Number(duration ?? 3600),
    accounts: Object.fromEntries(accounts),
    ...(shared !== undefined && { sharedRole: true as const }),
    ...(shared !== undefined && tags[everyAccountTag.key] === everyAccountTag.value && { everyAccount: true as const }),
    ...(contact !== undefined && { contact }),
    ...(region !== undefined && { region }),
    ...(accessKeys === "with-mfa" && { accessKeys }),
    ...(mfaMaxAge !== undefined && { mfaMaxAge: Number(mfaMaxAge) }),
    ...(maxKeyAge !== undefined && { maxKeyAge: Number(maxKeyAge) }),
  };
}

/** The name of the shared role by which a user's tags let them in, also during a switch between the two forms of roles. */
export function sharedRoleNameIn(tags: Record<string, string>): string | undefined {
  return tags[roleNameKey] ?? tags[rolePrefixKey];
}

/** The name and the id of the account that a tag names; empty for any other tag. */
function accountIn(key: string, value: string, isShared: boolean): [string, string][] {
  const prefix = isShared ? accountTag("") : accountPrefix;
  if (!key.startsWith(prefix)) return [];
  const rest = key.slice(prefix.length);
  return isShared ? [[value, rest]] : [[rest, value]];
}

/** The ARN of the virtual MFA device that the developers' policy allows: it is named like the user. */
export function mfaDeviceArn({ authAccount, userName }: Pick<Assignment, "userName" | "authAccount">): string {
  return `arn:aws:iam::${authAccount}:mfa/${userName}`;
}

/**
 * The id of an account that the developer may enter, by its name or, where every account is assigned, by its id.
 *
 * @returns undefined for an account that is not the developer's
 */
export function assignedAccountId(
  { accounts, everyAccount }: Pick<Assignment, "accounts" | "everyAccount">,
  account: string,
): string | undefined {
  if (Object.hasOwn(accounts, account)) return accounts[account];
  return everyAccount === true && /^\d{12}$/.test(account) ? account : undefined;
}

/** The ARN of the developer's role in an account. */
export function assignedRoleArn({ roleName }: Pick<Assignment, "roleName">, accountId: string): string {
  return `arn:aws:iam::${accountId}:role/${roleName}`;
}
