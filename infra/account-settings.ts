import { AccountAlias } from "@pulumi/aws/iam/accountAlias.js";
import { AccountPasswordPolicy, type AccountPasswordPolicyArgs } from "@pulumi/aws/iam/accountPasswordPolicy.js";
import { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";

import { accessRoleArn } from "./accounts.ts";
import { region } from "./region.ts";
import { accessSessionName } from "./session-name.ts";
import type { Settings } from "./settings.ts";

/**
 * The auth account's password policy and alias. Cloud Control has no type for either, so they come from the AWS
 * provider, and only where the settings ask for them: this module is not even loaded otherwise.
 */
export class AccountSettings extends pulumi.ComponentResource {
  constructor(name: string, settings: Settings) {
    super("mfa-admin:index:AccountSettings", name);
    const provider = new Provider(
      "auth-settings",
      {
        region,
        allowedAccountIds: [settings.authAccount],
        assumeRoles: [
          { roleArn: accessRoleArn(settings.authAccount, settings.accessRole), sessionName: accessSessionName },
        ],
      },
      { parent: this },
    );
    const options = { parent: this, provider };
    if (settings.passwordPolicy) {
      const rules = Object.entries(settings.passwordPolicy).filter(([, value]) => value !== undefined);
      new AccountPasswordPolicy(
        "password-policy",
        // Not a setting: developers must be able to change their first password themselves.
        { ...(Object.fromEntries(rules) as AccountPasswordPolicyArgs), allowUsersToChangePassword: true },
        options,
      );
    }
    if (settings.accountAlias !== undefined) {
      new AccountAlias("alias", { accountAlias: settings.accountAlias }, options);
    }
    this.registerOutputs({});
  }
}
