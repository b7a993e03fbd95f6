import { AuthAccount } from "./auth-account.ts";
import { createContext } from "./context.ts";
import { Developer } from "./developer.ts";
import { roleArnsOf, signInAddress } from "./names.ts";
import { Organization } from "./organization.ts";
import type { Settings } from "./settings.ts";

export interface ProgramOptions {
  /** The version of the aws-native plugin to ask the engine for; the SDK's own when left out. */
  pluginVersion?: string | undefined;
}

/** The whole stack, from its settings to its outputs, in the order in which access comes about. */
export async function program(settings: Settings, options: ProgramOptions = {}) {
  const context = createContext(settings, options);
  const auth = new AuthAccount("auth", context);
  const developers = Object.keys(settings.developers).map((name) => new Developer(name, auth.groupName, context));
  if (settings.passwordPolicy !== undefined || settings.accountAlias !== undefined) {
    const { AccountSettings } = await import("./account-settings.ts");
    new AccountSettings("auth-settings", settings);
  }
  const organization = new Organization("organization", context, [auth, ...developers]);
  return {
    signInAddress: signInAddress(settings),
    serviceControlPolicy: organization.policyId,
    developers: Object.fromEntries(
      Object.keys(settings.developers).map((name) => [name, { roles: roleArnsOf(settings, name) }]),
    ),
  };
}
