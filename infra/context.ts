import type * as pulumi from "@pulumi/pulumi";

import { emptyRoleBeforeDelete, emptyUserBeforeDelete, retryTransientErrors } from "./hooks.ts";
import type { ProgramOptions, Unreached } from "./program.ts";
import { accountProviders, type Providers } from "./providers.ts";
import type { Settings } from "./settings.ts";

/** What every component is given: the settings, a provider per account, and the options of the stack's resources. */
export interface Context {
  settings: Settings;
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

export function createContext(settings: Settings, management: string, options: ProgramOptions): Context {
  const { pluginVersion, unreached = { accounts: {}, roles: [], permissions: [] } } = options;
  const tags = tagList(settings.tags);
  const onError = [retryTransientErrors()];
  return {
    settings,
    providers: accountProviders(settings, management, pluginVersion, unreached.accounts),
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
