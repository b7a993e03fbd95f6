/** The forms of roles: a role per developer, or one shared role in each account. */
export const rolesForms = ["per-developer", "shared"] as const;
export type RolesForm = (typeof rolesForms)[number];

/** The part of the settings that names are made from. The settings' schema itself imports this file. */
interface Naming {
  authAccount: string;
  developmentAccounts: Record<string, string>;
  developers: Record<string, { accounts?: string[] | Record<string, unknown> | undefined }>;
  rolePrefix: string;
  roles?: RolesForm | undefined;
  accountAlias?: string | undefined;
}

/** The names of the stack's resources, for the program and for the CLI's texts. No Pulumi here. */

/** The name of a developer's role, the same in every account. */
export function roleNameOf(settings: Pick<Naming, "rolePrefix" | "roles">, userName: string): string {
  return settings.roles === "shared" ? sharedRoleName(settings) : `${settings.rolePrefix}-${userName}`;
}

/** The name of the role that all developers share in an account. */
export function sharedRoleName({ rolePrefix }: Pick<Naming, "rolePrefix">): string {
  return rolePrefix;
}

/** The names of the development accounts in which a developer has a role. */
export function accountsOf(settings: Pick<Naming, "developmentAccounts" | "developers">, userName: string): string[] {
  const { developers, developmentAccounts } = settings;
  // `Object.hasOwn`: a user's name may be that of a method of every object.
  const own = Object.hasOwn(developers, userName) ? developers[userName]?.accounts : undefined;
  return Array.isArray(own) ? own : Object.keys(own ?? developmentAccounts);
}

/** The names of the development accounts in which a developer has a role of their own. */
export function ownRolesOf(
  settings: Pick<Naming, "developmentAccounts" | "developers" | "roles">,
  userName: string,
): string[] {
  return settings.roles === "shared" ? [] : accountsOf(settings, userName);
}

/** The ids by name of the accounts in which developers have roles of their own, and which a run therefore changes. */
export function accountsWithOwnRoles({
  developmentAccounts,
  roles,
}: Pick<Naming, "developmentAccounts" | "roles">): Record<string, string> {
  return roles === "shared" ? {} : developmentAccounts;
}

/** Whether a developer enters every account by the shared role, future accounts included. */
export function entersEveryAccount(settings: Pick<Naming, "developers" | "roles">, userName: string): boolean {
  return (
    settings.roles === "shared" &&
    Object.hasOwn(settings.developers, userName) &&
    settings.developers[userName]?.accounts === undefined
  );
}

/** The ARNs of a developer's roles, by account name. */
export function roleArnsOf(settings: Naming, userName: string): Record<string, string> {
  return Object.fromEntries(
    accountsOf(settings, userName).map((account) => [
      account,
      `arn:aws:iam::${settings.developmentAccounts[account] ?? ""}:role/${roleNameOf(settings, userName)}`,
    ]),
  );
}

/** `arn:aws:iam::*:policy/NAME` is the policy of that name in the role's own account. */
export function policyArnIn(accountId: string, arn: string): string {
  return arn.replace("::*:", `::${accountId}:`);
}

/** The logical name of the service control policy in the stack. */
export const requireMfaKey = "require-mfa";

/** The service control policy's name in AWS Organizations. */
export const serviceControlPolicyName = "mfa-admin-require-mfa";

/** The service control policy's description there, by which it is found when somebody has renamed it. */
export const serviceControlPolicyDescription = "Denies everything but assumed roles unless the request carries MFA.";

/** The name, or the beginning of the names, of the guard rails' policies there. */
export const guardRailsName = "mfa-admin-guard-rails";

/** The address at which developers sign in to the auth account's console. */
export function signInAddress(settings: Pick<Naming, "authAccount" | "accountAlias">): string {
  return `https://${settings.accountAlias ?? settings.authAccount}.signin.aws.amazon.com/console`;
}

/** Inputs of a provider that Pulumi's SDK takes from the environment of the person who runs it. */
export const inputsOfEnvironment = ["profile", "sharedCredentialsFile"];

/** Names of the hooks that empty a resource that IAM would refuse to delete, by the resource's type. They are fixed: a state keeps them. */
export const deletionHooks = {
  "aws-native:iam:User": "mfa-admin:empty-user",
  "aws-native:iam:Role": "mfa-admin:empty-role",
  "aws-native:iam:Group": "mfa-admin:empty-group",
  "aws-native:iam:ManagedPolicy": "mfa-admin:detach-policy",
} as const;

/** The stack set's name in CloudFormation, for the shared roles. */
export const stackSetName = "mfa-admin-roles";

/** The logical name of the shared role in the stack set's template. */
export const sharedRoleKey = "DeveloperRole";

/** The name of the service control policy that ends sessions of the shared role. */
export const endedSessionsPolicyName = "mfa-admin-ended-sessions";

/** The name of the group of all developers. */
export const developersGroup = "mfa-admin-developers";

/** The id of an account by its name: "auth" or a development account. Empty where the settings do not name it. */
export function accountIdIn(settings: Pick<Naming, "authAccount" | "developmentAccounts">, account: string): string {
  return account === "auth" ? settings.authAccount : (settings.developmentAccounts[account] ?? "");
}

/** The ids of the auth account and the development accounts, by name. */
export function accountIdsIn({
  authAccount,
  developmentAccounts,
}: Pick<Naming, "authAccount" | "developmentAccounts">): Record<string, string> {
  return { auth: authAccount, ...developmentAccounts };
}

/** The name of a role's trust policy in lists of its policies. */
export const trustPolicyName = "trust policy";

/** The prefix of the stack's own tag keys; the settings' tags must not use it. */
export const tagPrefix = "mfa-admin:";

/** The IAM users of `mfa-admin verify --live` are recognized by this name prefix and this tag together. */
export const canaryPrefix = "mfa-admin-canary-";
export const canaryTag = `${tagPrefix}canary`;

/** Whether an IAM user is one that `mfa-admin verify --live` has made. */
export function isCanaryUser(userName: string, tagKeys: string[]): boolean {
  return userName.startsWith(canaryPrefix) && tagKeys.includes(canaryTag);
}
