/** Whose the roles are: each developer's own, or one in each account for all. */
export const rolesForms = ["per-developer", "shared"] as const;
export type RolesForm = (typeof rolesForms)[number];

/** What names are made of: a part of the settings, whose schema in turn asks what things are called. */
interface Naming {
  authAccount: string;
  developmentAccounts: Record<string, string>;
  developers: Record<string, { accounts?: string[] | Record<string, unknown> | undefined }>;
  rolePrefix: string;
  roles?: RolesForm | undefined;
  accountAlias?: string | undefined;
}

/** What things are called, for the program and for whoever talks about it. No Pulumi here. */

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
  // A name may be that of a method of every object.
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

/** The ids by name of the accounts in which developers have roles of their own: a run acts there. */
export function accountsWithOwnRoles({
  developmentAccounts,
  roles,
}: Pick<Naming, "developmentAccounts" | "roles">): Record<string, string> {
  return roles === "shared" ? {} : developmentAccounts;
}

/** Whether a developer enters every account by the shared role, whatever accounts there will be. */
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

/** What the service control policy is called in AWS Organizations. */
export const serviceControlPolicyName = "mfa-admin-require-mfa";

/** How it is described there, by which it is known again when somebody has renamed it. */
export const serviceControlPolicyDescription = "Denies everything but assumed roles unless the request carries MFA.";

/** What the policies of the guard rails are called there, or how their names begin. */
export const guardRailsName = "mfa-admin-guard-rails";

/** Where developers sign in to the auth account's console. */
export function signInAddress(settings: Pick<Naming, "authAccount" | "accountAlias">): string {
  return `https://${settings.accountAlias ?? settings.authAccount}.signin.aws.amazon.com/console`;
}

/** The inputs of a provider that Pulumi's SDK takes from the environment of whoever runs it. */
export const inputsOfEnvironment = ["profile", "sharedCredentialsFile"];

/** The hooks that empty what IAM would refuse to delete otherwise, by the resource's type: fixed names, which a state keeps. */
export const deletionHooks = {
  "aws-native:iam:User": "mfa-admin:empty-user",
  "aws-native:iam:Role": "mfa-admin:empty-role",
  "aws-native:iam:Group": "mfa-admin:empty-group",
  "aws-native:iam:ManagedPolicy": "mfa-admin:detach-policy",
} as const;

/** What the stack set of the shared roles is called in CloudFormation. */
export const stackSetName = "mfa-admin-roles";

/** The logical name of the shared role in the stack set's template. */
export const sharedRoleKey = "DeveloperRole";

/** The policy of AWS Organizations that ends sessions of the shared role. */
export const endedSessionsPolicyName = "mfa-admin-ended-sessions";

/** The group of all developers. */
export const developersGroup = "mfa-admin-developers";

/** The id of an account by its name: "auth", or one of the development accounts'. Empty where the settings have none of it. */
export function accountIdIn(settings: Pick<Naming, "authAccount" | "developmentAccounts">, account: string): string {
  return account === "auth" ? settings.authAccount : (settings.developmentAccounts[account] ?? "");
}

/** What a role's trust policy is called among a role's policies. */
export const trustPolicyName = "trust policy";

/** The keys of these tags begin so; the settings' own tags must not. */
export const tagPrefix = "mfa-admin:";

/** What the IAM users that `mfa-admin verify --live` makes are known by: the beginning of the name and the tag together. */
export const canaryPrefix = "mfa-admin-canary-";
export const canaryTag = `${tagPrefix}canary`;

/** Whether `mfa-admin verify --live` has made an IAM user. */
export function isCanaryUser(userName: string, tagKeys: string[]): boolean {
  return userName.startsWith(canaryPrefix) && tagKeys.includes(canaryTag);
}
