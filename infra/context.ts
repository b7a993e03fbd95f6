import type * as pulumi from "@pulumi/pulumi";

import { emptyRoleBeforeDelete, emptyUserBeforeDelete, retryTransientErrors } from "./hooks.ts";
import type { OrganizationFacts } from "./organization-facts.ts";
import { accountProviders, type Providers } from "./providers.ts";
import type { Settings } from "./settings.ts";

export interface ProgramOptions {
  /** The version of the aws-native plugin to ask the engine for; the SDK's own when left out. */
  pluginVersion?: string | undefined;
  /** What is known of the organization; AWS is asked when it is left out. */
  organization?: OrganizationFacts | undefined;
  /** These developers alone, for a run that has nothing but them for its target; the stack's outputs otherwise stay. */
  part?: { names: string[]; outputs: Record<string, unknown> };
  /** What cannot be reached now, and has to stay as it is. */
  unreached?: Unreached | undefined;
}

/** Accounts in which a run can neither read nor change anything. */
export interface Unreached {
  /** Their ids by name; the settings need not name them any more. */
  accounts: Record<string, string>;
  /** The roles that the stack has made there, with their inputs as the state has them. */
  roles: { developer: string; account: string; inputs: Record<string, unknown> }[];
  /** ARNs of the managed policies that the stack had given to its roles, which these still have. */
  permissions: string[];
}

/** What every component is given: the settings, a provider per account, and the options of the stack's resources. */
export interface Context {
  settings: Settings;
  /** Id of the organization. */
  organizationId: string;
  providers: Providers;
  /** Hooks for resources that hold nothing which has to be emptied before it is deleted. */
  hooks: pulumi.ResourceHookBinding;
  userHooks: pulumi.ResourceHookBinding;
  roleHooks: pulumi.ResourceHookBinding;
  /** The settings' tags as Cloud Control takes them; left out when there are none, since it keeps no empty list. */
  tagged: { tags?: { key: string; value: string }[] };
  /** What cannot be reached now. */
  unreached: Unreached;
}

export function createContext(
  settings: Settings,
  { id, managementAccount, administeredFrom = managementAccount }: OrganizationFacts,
  options: ProgramOptions,
): Context {
  const { pluginVersion, unreached = { accounts: {}, roles: [], permissions: [] } } = options;
  const tags = tagList(settings.tags);
  const onError = [retryTransientErrors()];
  return {
    settings,
    organizationId: id,
    providers: accountProviders(settings, administeredFrom, pluginVersion, unreached.accounts),
    hooks: { onError },
    userHooks: { onError, beforeDelete: [emptyUserBeforeDelete(settings.accessRole)] },
    roleHooks: { onError, beforeDelete: [emptyRoleBeforeDelete(settings.accessRole)] },
    tagged: tags.length > 0 ? { tags } : {},
    unreached,
  };
}

/** Tags as Cloud Control takes them. */
export function tagList(tags: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
