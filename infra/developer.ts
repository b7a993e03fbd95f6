import { Role, type RoleArgs, User } from "@pulumi/aws-native/iam/index.js";
import * as pulumi from "@pulumi/pulumi";

import { accessEndOf, accessEndPolicies, sharedAccessEnd } from "./access-ends.ts";
import { assignmentTags } from "./assignment.ts";
import { type Context, tagList } from "./context.ts";
import { ownRolesOf, policyArnIn, roleNameOf } from "./names.ts";
import { developerRoleTrust } from "./policies.ts";

/** One developer: an IAM user in the auth account and a role in each of their development accounts. */
export class Developer extends pulumi.ComponentResource {
  constructor(userName: string, groupName: pulumi.Input<string>, context: Context, dependsOn: pulumi.Resource[] = []) {
    super("mfa-admin:index:Developer", userName);
    const { settings, providers, userHooks, roleHooks, tagged, knownAccounts, otherForm } = context;
    const user = new User(
      userName,
      {
        userName,
        // AWS's default path is stated so that a user who was moved comes back: the roles trust the user at this path alone.
        path: "/",
        groups: [groupName],
        ...(settings.roles === "shared"
          ? sharedAccessEnd(settings, userName, { ...knownAccounts, ...settings.developmentAccounts })
          : accessEndPolicies(accessEndOf(settings, userName))),
        tags: tagList({
          ...settings.tags,
          ...assignmentTags(settings, userName, knownAccounts, otherForm?.stackSet !== undefined),
        }),
      },
      // The console password is made outside the stack: a refresh reads it back, and an update would delete it.
      { parent: this, provider: providers.auth, hooks: userHooks, ignoreChanges: ["loginProfile"], dependsOn },
    );
    registerAsTheyAre(this, userName, context, [user]);
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
          assumeRolePolicyDocument: developerRoleTrust(settings, userName, end),
          ...accessEndPolicies(end),
          managedPolicyArns: settings.permissions.map((arn) => policyArnIn(accountId, arn)),
          maxSessionDuration: settings.sessionDuration,
          ...tagged,
          ...(settings.permissionsBoundary !== undefined && {
            permissionsBoundary: policyArnIn(accountId, settings.permissionsBoundary),
          }),
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

/**
 * Registers roles with the inputs that the state has, so that the engine leaves them alone and asks AWS nothing about them: roles in
 * accounts that cannot be reached, and roles of the other form by which people still log in.
 */
function registerAsTheyAre(
  parent: pulumi.ComponentResource,
  userName: string,
  { unreached, otherForm, providers, roleHooks }: Context,
  dependsOn: pulumi.Resource[],
): void {
  for (const { developer, account, inputs } of [...unreached.roles, ...(otherForm?.roles ?? [])]) {
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
