import { Role, type RoleArgs, User, type UserArgs } from "@pulumi/aws-native/iam/index.js";
import * as pulumi from "@pulumi/pulumi";

import { accessEndOf, accessEndPolicies, sharedAccessEnd } from "./access-ends.ts";
import { assignmentTags } from "./assignment.ts";
import { type Context, sharedRoleKept, tagList } from "./context.ts";
import { accountsOf, ownRolesOf, policyArnIn, roleNameOf } from "./names.ts";
import { developerRoleTrust } from "./policies.ts";
import type { Settings } from "./settings.ts";

/** One developer: an IAM user in the auth account and a role in each of their development accounts. */
export class Developer extends pulumi.ComponentResource {
  constructor(userName: string, groupName: pulumi.Input<string>, context: Context, dependsOn: pulumi.Resource[] = []) {
    super("mfa-admin:index:Developer", userName);
    const { settings, providers, userHooks, roleHooks, tagged } = context;
    const user = new User(
      userName,
      { ...userInputs(userName, context), groups: [groupName] },
      // The console password is made outside the stack: a refresh reads it back, and an update would delete it.
      { parent: this, provider: providers.auth, hooks: userHooks, ignoreChanges: ["loginProfile"], dependsOn },
    );
    registerAsTheyAre(this, userName, context, [user]);
    registerOldForm(this, userName, context, [user]);
    for (const account of ownRolesOf(settings, userName)) {
      if (Object.hasOwn(context.unreached.accounts, account)) continue;
      const accountId = settings.developmentAccounts[account];
      const provider = providers.development[account];
      const end = accessEndOf(settings, userName, account);
      if (accountId === undefined || provider === undefined) throw new Error(`"${account}" is no development account.`);
      new Role(
        `${userName}@${account}`,
        {
          roleName: roleNameOf(settings, userName),
          description: `What ${userName} may do in ${account}, with MFA.`,
          ...rightsOf(settings, userName, accountId, end),
          ...tagged,
        },
        // IAM refuses a trust policy that names a user who does not exist.
        { parent: this, provider, hooks: roleHooks, dependsOn: [user], ignoreChanges: ["path"] },
      );
    }
  }

  /** A developer has no outputs: the engine would write the whole state once more for each registration, even an empty one. */
  protected override registerOutputs(): void {
    // Nothing to register.
  }
}

/** What AWS is told of a developer's user, but for the group, which a resource of the stack names. */
export function userInputs(
  userName: string,
  { settings, knownAccounts, accountIds, otherForm }: Context,
): Omit<UserArgs, "groups"> {
  const rolePrefix = sharedRoleKept(otherForm) ?? settings.rolePrefix;
  return {
    userName,
    // AWS's default path is stated so that a user who was moved comes back: the roles trust the user at this path alone.
    path: "/",
    ...(settings.roles === "shared" || otherForm?.stackSet !== undefined
      ? sharedAccessEnd({ developers: settings.developers, rolePrefix }, userName, accountIds)
      : accessEndPolicies(accessEndOf(settings, userName))),
    tags: tagList({
      ...settings.tags,
      ...assignmentTags(settings, userName, knownAccounts, otherForm?.stackSet !== undefined),
    }),
  };
}

/** Whether each developer is a user and no more, so that all are registered alike, but for their inputs. */
export function areUsersAlone({ settings, unreached, otherForm }: Context): boolean {
  return settings.roles === "shared" && unreached.roles.length === 0 && (otherForm?.roles ?? []).length === 0;
}

/** A developer who is off the roster, but still has roles in accounts that cannot be reached. */
export class FormerDeveloper extends pulumi.ComponentResource {
  constructor(userName: string, context: Context) {
    super("mfa-admin:index:Developer", userName);
    registerAsTheyAre(this, userName, context, []);
  }

  /** As for {@link Developer}. */
  protected override registerOutputs(): void {
    // Nothing to register.
  }
}

/** Whom a developer's own role lets in, what it allows and until when, as the settings say. */
function rightsOf(settings: Settings, userName: string, accountId: string, end: string | undefined) {
  const { permissions, permissionsBoundary, sessionDuration } = settings;
  return {
    assumeRolePolicyDocument: developerRoleTrust(settings, userName, end),
    ...accessEndPolicies(end),
    managedPolicyArns: permissions.map((arn) => policyArnIn(accountId, arn)),
    maxSessionDuration: sessionDuration,
    ...(permissionsBoundary !== undefined && { permissionsBoundary: policyArnIn(accountId, permissionsBoundary) }),
  };
}

/**
 * Registers roles in accounts that cannot be reached, with the inputs that the state has: the engine leaves them alone and asks AWS
 * nothing about them.
 */
function registerAsTheyAre(
  parent: pulumi.ComponentResource,
  userName: string,
  { unreached, providers, roleHooks }: Context,
  dependsOn: pulumi.Resource[],
): void {
  for (const { developer, account, inputs } of unreached.roles) {
    const provider = providers.development[account];
    if (developer !== userName || provider === undefined) continue;
    new Role(`${userName}@${account}`, inputs as unknown as RoleArgs, {
      parent,
      provider,
      hooks: roleHooks,
      dependsOn,
      ignoreChanges: ["path"],
    });
  }
}

/**
 * Registers a developer's roles of the old form, by which people still log in. They keep their names, and have the rights that the
 * settings give: wider ones would stay open beside the shared role.
 */
function registerOldForm(
  parent: pulumi.ComponentResource,
  userName: string,
  { settings, otherForm, providers, roleHooks, accountIds }: Context,
  dependsOn: pulumi.Resource[],
): void {
  for (const { developer, account, inputs } of otherForm?.roles ?? []) {
    const [provider, accountId] = [providers.development[account], otherForm?.accounts[account]];
    if (developer !== userName || provider === undefined || accountId === undefined) continue;
    // The settings may have given the account another name since.
    const named = accountsOf(settings, userName).find((name) => accountIds[name] === accountId) ?? account;
    const { roleName, description, path, tags } = inputs;
    new Role(
      `${userName}@${account}`,
      {
        ...({ roleName, description, path, tags } as RoleArgsInState),
        ...rightsOf(settings, userName, accountId, accessEndOf(settings, userName, named)),
      },
      { parent, provider, hooks: roleHooks, dependsOn, ignoreChanges: ["path"] },
    );
  }
}

/** The inputs that a role of the old form keeps. */
type RoleArgsInState = Pick<RoleArgs, "roleName" | "description" | "path" | "tags">;
