import { AuthAccount } from "./auth-account.ts";
import { type Context, createContext, type ProgramOptions } from "./context.ts";
import { areUsersAlone, Developer, FormerDeveloper, userInputs } from "./developer.ts";
import { accountsOf, entersEveryAccount, roleArnsOf, sharedRoleName, signInAddress } from "./names.ts";
import { accountsOfNames } from "./accounts-of-units.ts";
import { organizationFacts } from "./organization-facts.ts";
import { Organization } from "./organization.ts";
import type { Settings } from "./settings.ts";
import { SharedRoles } from "./shared-roles.ts";

/** Makes the whole stack from its settings, in the order in which access comes about. @returns the stack's outputs */
export async function program(given: Settings, options: ProgramOptions = {}) {
  const settings = inOrder(given) as Settings;
  const facts = options.organization ?? (await organizationFacts());
  const context = createContext(settings, facts, options, await accountsOfNames(settings));
  const shared =
    settings.roles === "shared" || options.otherForm?.stackSet !== undefined
      ? [new SharedRoles("shared", context)]
      : [];
  const auth = new AuthAccount("auth", context, shared);
  if (options.part !== undefined) {
    const { names, outputs } = options.part;
    for (const name of names) new Developer(name, auth.groupName, context, shared);
    const before = Array.isArray(outputs["permissions"]) ? outputs["permissions"].map(String) : [];
    return {
      ...outputs,
      // Other developers' roles keep the policies that they had.
      ...givenToRoles(settings, before),
      developers: { ...(outputs["developers"] as object | undefined), ...rolesOf(context, names) },
    };
  }
  const names = registeredOf(Object.keys(settings.developers), context, options);
  const developers = names.map((name) => new Developer(name, auth.groupName, context, shared));
  const former = new Set(context.unreached.roles.map(({ developer }) => developer));
  for (const name of former) if (!Object.hasOwn(settings.developers, name)) new FormerDeveloper(name, context);
  if (settings.passwordPolicy !== undefined || settings.accountAlias !== undefined) {
    const { AccountSettings } = await import("./account-settings.ts");
    new AccountSettings("auth-settings", settings);
  }
  const organization = new Organization("organization", context, [...shared, auth, ...developers]);
  return {
    signInAddress: signInAddress(settings),
    serviceControlPolicy: organization.policyId,
    developers: rolesOf(context, Object.keys(settings.developers)),
    ...(settings.roles === "shared" && { sharedRole: sharedRoleName(settings) }),
    ...givenToRoles(settings, context.unreached.permissions),
  };
}

/** The developers to register: all of them, unless {@link ProgramOptions.alike} takes those after the first. */
function registeredOf(names: string[], context: Context, { alike }: ProgramOptions): string[] {
  const [first, ...others] = names;
  if (alike === undefined || first === undefined || !areUsersAlone(context)) return names;
  alike({ first, others, inputsOf: (name) => ({ ...userInputs(name, context) }) });
  return [first];
}

/**
 * The outputs that name the policies of the roles. They tell the stack's own policies from those that somebody else has attached.
 *
 * @param kept the managed policies of roles that this run does not change
 */
function givenToRoles({ permissions, permissionsBoundary }: Settings, kept: string[]): Partial<Settings> {
  return {
    permissions: [...new Set([...kept, ...permissions])],
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
  };
}

/** The roles of developers, without roles that cannot be made now because their account cannot be reached. */
function rolesOf(
  context: Context,
  names: string[],
): Record<string, { roles: Record<string, string>; everyAccount?: true }> {
  const { settings, unreached } = context;
  const isThere = (developer: string, account: string): boolean =>
    !Object.hasOwn(unreached.accounts, account) ||
    unreached.roles.some((role) => role.developer === developer && role.account === account);
  // No ARN per account here: there may be a thousand accounts, and a developer who enters every account needs none.
  if (settings.roles === "shared") return Object.fromEntries(names.map((name) => [name, sharedRolesOf(context, name)]));
  const rolesThere = (name: string): [string, string][] =>
    Object.entries(roleArnsOf(settings, name)).filter(([account]) => isThere(name, account));
  return Object.fromEntries(names.map((name) => [name, { roles: Object.fromEntries(rolesThere(name)) }]));
}

function sharedRolesOf({ settings, knownAccounts }: Context, name: string) {
  if (entersEveryAccount(settings, name)) return { roles: {}, everyAccount: true as const };
  const roles = accountsOf(settings, name).map((account) => [
    account,
    `arn:aws:iam::${settings.developmentAccounts[account] ?? knownAccounts[account] ?? ""}:role/${sharedRoleName(settings)}`,
  ]);
  return { roles: Object.fromEntries(roles) as Record<string, string> };
}

/** A value with the keys of all objects sorted, as the engine passes settings, whatever their order in the file. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
}
