import { Provider } from "@pulumi/aws-native/provider.js";
import type * as pulumi from "@pulumi/pulumi";

import { accessRoleArn } from "./accounts.ts";
import { inputsOfEnvironment } from "./names.ts";
import { region } from "./region.ts";
import { accessSessionName } from "./session-name.ts";
import type { Settings } from "./settings.ts";

/** One explicit provider per account. The provider's name is the account's name, which is how progress knows it. */
export interface Providers {
  management: Provider;
  auth: Provider;
  /** By the names of `developmentAccounts`. */
  development: Record<string, Provider>;
}

/**
 * Every provider names its account. Where a role is assumed, its ARN does; the organization's, which is reached by the
 * credentials at hand, refuses those of any other account, so that no organization is ever taken for another one.
 *
 * @param management the id of the management account, or of the one that it has delegated its policies to
 * @param pluginVersion the version of the aws-native plugin; the SDK's own when left out
 * @param unreached ids by name of accounts that cannot be reached now: their providers don't ask AWS who they are, which would
 * end the whole run
 */
export function accountProviders(
  settings: Settings,
  management: string,
  pluginVersion: string | undefined,
  unreached: Record<string, string> = {},
): Providers {
  const options: pulumi.ResourceOptions = {
    transformations: [withoutEnvironment],
    ...(pluginVersion !== undefined && { version: pluginVersion }),
  };
  const inAccount = (name: string, accountId: string): Provider =>
    new Provider(
      name,
      {
        region,
        allowedAccountIds: [accountId],
        assumeRole: { roleArn: accessRoleArn(accountId, settings.accessRole), sessionName: accessSessionName },
        ...(Object.hasOwn(unreached, name) && { skipCredentialsValidation: true }),
      },
      options,
    );
  return {
    management: new Provider(
      "management",
      // Only with this validation does the plugin look at the allowed accounts.
      { region, allowedAccountIds: [management], skipCredentialsValidation: false },
      options,
    ),
    auth: inAccount("auth", settings.authAccount),
    development: Object.fromEntries(
      Object.entries({ ...unreached, ...settings.developmentAccounts }).map(([name, accountId]) => [
        name,
        inAccount(name, accountId),
      ]),
    ),
  };
}

/**
 * Leaves out of a provider's inputs, and so of the state, who has run it and where. The plugin reads the same variables by
 * itself, from the environment of whoever runs it then.
 */
const withoutEnvironment: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props: Object.fromEntries(
    Object.entries(props as Record<string, unknown>).filter(([key]) => !inputsOfEnvironment.includes(key)),
  ),
  opts,
});
