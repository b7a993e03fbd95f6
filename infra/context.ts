import type * as pulumi from "@pulumi/pulumi";

import {
  detachPolicyBeforeDelete,
  emptyGroupBeforeDelete,
  emptyRoleBeforeDelete,
  emptyUserBeforeDelete,
  endSharedSessionsBeforeDelete,
  endSharedSessionsBeforeUpdate,
  retryTransientErrors,
} from "./hooks.ts";
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
  /** What stays of the other form of roles. */
  otherForm?: OtherForm | undefined;
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

/** What is left of the other form of roles, which goes on working until the switch is finished. */
export interface OtherForm {
  /** The developers' own roles, with their inputs as the state has them, and the ids of their accounts by name. */
  roles: { developer: string; account: string; inputs: Record<string, unknown> }[];
  accounts: Record<string, string>;
  /** The inputs of the stack set of the shared roles. */
  stackSet?: Record<string, unknown> | undefined;
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
  groupHooks: pulumi.ResourceHookBinding;
  policyHooks: pulumi.ResourceHookBinding;
  /** The settings' tags as Cloud Control takes them; left out when there are none, since it keeps no empty list. */
  tagged: { tags?: { key: string; value: string }[] };
  /** What cannot be reached now. */
  unreached: Unreached;
  /** What stays of the other form of roles. */
  otherForm: OtherForm | undefined;
  /** Ids by name of accounts that the settings do not name themselves. */
  knownAccounts: Record<string, string>;
}

export function createContext(
  settings: Settings,
  { id, managementAccount, administeredFrom = managementAccount }: OrganizationFacts,
  options: ProgramOptions,
  knownAccounts: Record<string, string> = {},
): Context {
  const { otherForm, pluginVersion, unreached = { accounts: {}, roles: [], permissions: [] } } = options;
  const { accessRole } = settings;
  const tags = tagList(settings.tags);
  const onError = [retryTransientErrors()];
  return {
    settings,
    organizationId: id,
    providers: accountProviders(
      accountsWithRoles(settings, otherForm),
      administeredFrom,
      pluginVersion,
      unreached.accounts,
    ),
    hooks: { onError },
    userHooks: { onError, ...userHooks(settings, otherForm) },
    roleHooks: { onError, beforeDelete: [emptyRoleBeforeDelete(accessRole)] },
    groupHooks: { onError, beforeDelete: [emptyGroupBeforeDelete(accessRole)] },
    policyHooks: { onError, beforeDelete: [detachPolicyBeforeDelete(accessRole)] },
    tagged: tags.length > 0 ? { tags } : {},
    unreached,
    otherForm,
    knownAccounts,
  };
}

/** Whoever enters by the shared role has sessions that end by a policy of the organization. */
function userHooks(
  { roles, accessRole, organizationalUnits }: Settings,
  otherForm: OtherForm | undefined,
): pulumi.ResourceHookBinding {
  if (roles !== "shared" && otherForm?.stackSet === undefined) {
    return { beforeDelete: [emptyUserBeforeDelete(accessRole)] };
  }
  return {
    beforeDelete: [endSharedSessionsBeforeDelete(accessRole, organizationalUnits)],
    beforeUpdate: [endSharedSessionsBeforeUpdate(organizationalUnits)],
  };
}

/** A shared role needs no provider of its account. One whose roles are not deleted yet does. */
function accountsWithRoles(settings: Settings, otherForm: OtherForm | undefined): Settings {
  if (settings.roles !== "shared") return settings;
  return { ...settings, developmentAccounts: otherForm?.accounts ?? {} };
}

/** Tags as Cloud Control takes them. */
export function tagList(tags: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
