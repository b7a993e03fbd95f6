import { accountsOf, roleNameOf, tagPrefix } from "./names.ts";
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
  /** Whom to ask about access, in the organization's own words. */
  contact?: string;
  /** The region of the developer's profiles. */
  region?: string;
  /** Access keys need MFA; absent where they are the article's. */
  accessKeys?: "with-mfa";
  /** How old MFA may be where the role is assumed, in seconds. */
  mfaMaxAge?: number;
  /** How old the access key may be, in days, before it is told to be replaced. */
  maxKeyAge?: number;
}

// The prefix and not the name: a user's name may have a comma, which a tag's value may not.
const rolePrefixKey = `${tagPrefix}role-prefix`;
const durationKey = `${tagPrefix}session-duration`;
const contactKey = `${tagPrefix}contact`;
const regionKey = `${tagPrefix}region`;
const accessKeysKey = `${tagPrefix}access-keys`;
const mfaMaxAgeKey = `${tagPrefix}mfa-max-age`;
const maxKeyAgeKey = `${tagPrefix}max-key-age`;
const accountPrefix = `${tagPrefix}account/`;

/** What a developer is to know, from the settings. */
export function assignmentOf(settings: Settings, userName: string): Assignment {
  const { authAccount, developmentAccounts, sessionDuration, contact, region, accessKeys, mfaMaxAge, maxKeyAge } =
    settings;
  return {
    userName,
    authAccount,
    roleName: roleNameOf(settings, userName),
    sessionDuration,
    accounts: Object.fromEntries(
      accountsOf(settings, userName).map((account) => [account, developmentAccounts[account] ?? ""]),
    ),
    ...(contact !== undefined && { contact }),
    ...(region !== undefined && { region }),
    ...(accessKeys === "with-mfa" && { accessKeys }),
    ...(mfaMaxAge !== undefined && { mfaMaxAge }),
    ...(maxKeyAge !== undefined && { maxKeyAge }),
  };
}

/** The tags of a developer's user that say it. */
export function assignmentTags(settings: Settings, userName: string): Record<string, string> {
  const { sessionDuration, accounts, contact, region, accessKeys, mfaMaxAge, maxKeyAge } = assignmentOf(
    settings,
    userName,
  );
  return {
    [rolePrefixKey]: settings.rolePrefix,
    [durationKey]: String(sessionDuration),
    ...Object.fromEntries(Object.entries(accounts).map(([name, id]) => [`${accountPrefix}${name}`, id])),
    ...(contact !== undefined && { [contactKey]: contact }),
    ...(region !== undefined && { [regionKey]: region }),
    ...(accessKeys !== undefined && { [accessKeysKey]: accessKeys }),
    ...(mfaMaxAge !== undefined && { [mfaMaxAgeKey]: String(mfaMaxAge) }),
    ...(maxKeyAge !== undefined && { [maxKeyAgeKey]: String(maxKeyAge) }),
  };
}

/** Reads it back from a user's tags; nothing when they are not those of a developer of this stack. */
export function assignmentFromTags(
  { userName, authAccount }: Pick<Assignment, "userName" | "authAccount">,
  tags: Record<string, string>,
): Assignment | undefined {
  const { [rolePrefixKey]: rolePrefix, [durationKey]: duration, [contactKey]: contact, [regionKey]: region } = tags;
  const { [accessKeysKey]: accessKeys, [mfaMaxAgeKey]: mfaMaxAge, [maxKeyAgeKey]: maxKeyAge } = tags;
  if (rolePrefix === undefined) return undefined;
  const accounts = Object.entries(tags)
    .filter(([key]) => key.startsWith(accountPrefix))
    .map(([key, id]) => [key.slice(accountPrefix.length), id] as const)
    // IAM keeps no order.
    .toSorted(([a], [b]) => a.localeCompare(b));
  return {
    userName,
    authAccount,
    roleName: roleNameOf({ rolePrefix }, userName),
    sessionDuration: Number(duration ?? 3600),
    accounts: Object.fromEntries(accounts),
    ...(contact !== undefined && { contact }),
    ...(region !== undefined && { region }),
    ...(accessKeys === "with-mfa" && { accessKeys }),
    ...(mfaMaxAge !== undefined && { mfaMaxAge: Number(mfaMaxAge) }),
    ...(maxKeyAge !== undefined && { maxKeyAge: Number(maxKeyAge) }),
  };
}

/** The ARN of the virtual MFA device that the developers' policy allows: it is named like the user. */
export function mfaDeviceArn({ authAccount, userName }: Pick<Assignment, "userName" | "authAccount">): string {
  return `arn:aws:iam::${authAccount}:mfa/${userName}`;
}

/** The ARN of the developer's role in an account. */
export function assignedRoleArn({ roleName }: Pick<Assignment, "roleName">, accountId: string): string {
  return `arn:aws:iam::${accountId}:role/${roleName}`;
}
