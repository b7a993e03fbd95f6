import { Provider } from "@pulumi/aws-native/provider.js";
import type * as pulumi from "@pulumi/pulumi";

import { accessRoleArn } from "./accounts.ts";
import { inputsOfEnvironment } from "./names.ts";
import { region } from "./region.ts";
import { accessSessionName } from "./session-name.ts";
import type { Settings } from "./settings.ts";

/** One explicit provider per account. The provider has the account's name, by which progress is shown. */
export interface Providers {
  management: Provider;
  auth: Provider;
  /** By the names of `developmentAccounts`. */
  development: Record<string, Provider>;
}

/**
 * The providers. Each is bound to its account, so that no organization is ever taken for another: where a role is assumed, by the role's
 * ARN; the management account's provider, which uses the caller's credentials, by the list of allowed accounts.
 *
 * @param management the id of the management account, or of the account to which it has delegated its policies
 * @param pluginVersion the version of the aws-native plugin; by default that of the SDK
 * @param unreached ids by name of accounts that cannot be reached now: their providers do not ask AWS for the caller's identity, which
 *   would end the whole run
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
      // The plugin checks the allowed accounts only with this validation.
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
 * Removes the environment of the person who runs this from a provider's inputs, and so from the state. The plugin reads the same variables
 * itself, from the environment of each run.
 */
const withoutEnvironment: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props: Object.fromEntries(
    Object.entries(props as Record<string, unknown>).filter(([key]) => !inputsOfEnvironment.includes(key)),
  ),
  opts,
});
