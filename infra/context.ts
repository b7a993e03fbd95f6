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
import type { OldForm } from "./guard-rails.ts";
import { sharedRoleName } from "./names.ts";
import type { OrganizationFacts } from "./organization-facts.ts";
import { accountProviders, type Providers } from "./providers.ts";
import type { Settings } from "./settings.ts";
import { roleNameInTemplate } from "./shared-role.ts";

export interface ProgramOptions {
  /** The version of the aws-native plugin to ask the engine for; by default that of the SDK. */
  pluginVersion?: string | undefined;
  /** The organization's facts where they are known already; by default AWS is asked. */
  organization?: OrganizationFacts | undefined;
  /** The developers who are the run's only targets, and the stack's outputs, which otherwise stay as they are. */
  part?: { names: string[]; outputs: Record<string, unknown> };
  /**
   * Called where the developers are users alone, whose registrations differ in nothing but their names and inputs. Only the first one is
   * registered then. For who compares registrations: Pulumi takes a millisecond or two for each.
   */
  alike?: (users: AlikeUsers) => void;
  /** Accounts that cannot be reached now, and their resources, which stay as they are. */
  unreached?: Unreached | undefined;
  /** Resources of the other form of roles that stay. */
  otherForm?: OtherForm | undefined;
}

/** Users that are registered in the same way. */
export interface AlikeUsers {
  /** The one that is registered. */
  first: string;
  others: string[];
  /** The inputs of a user, but for the group. */
  inputsOf: (userName: string) => Record<string, unknown>;
}

/** Accounts in which a run can neither read nor change anything. */
export interface Unreached {
  /** Ids of the accounts by name; the settings may no longer name them. */
  accounts: Record<string, string>;
  /** The roles that the stack has made there, with their inputs as the state has them. */
  roles: { developer: string; account: string; inputs: Record<string, unknown> }[];
  /** ARNs of the managed policies that the stack had attached to its roles, and that these roles still have. */
  permissions: string[];
}

/** Resources of the other form of roles, which people go on using until the switch is finished, with the rights that the settings give. */
export interface OtherForm {
  /** The developers' own roles, with their inputs as the state has them, and the ids of their accounts by name. */
  roles: { developer: string; account: string; inputs: Record<string, unknown> }[];
  accounts: Record<string, string>;
  /** The inputs of the stack set of the shared roles. */
  stackSet?: Record<string, unknown> | undefined;
}

/** The name of the shared role that stays on the way back to roles of the developers' own; undefined where none does. */
export function sharedRoleKept(otherForm: OtherForm | undefined): string | undefined {
  return roleNameInTemplate(otherForm?.stackSet?.["templateBody"]);
}

/** What is left of the other form of roles, for the guard rails. */
export function oldFormIn(settings: Settings, otherForm: OtherForm | undefined): OldForm | undefined {
  if (otherForm === undefined) return undefined;
  // A role is called after its developer, with the prefix that the settings had when it was made.
  const own = otherForm.roles.map(({ developer, inputs }) => {
    const name = String(inputs["roleName"]);
    return name.endsWith(`-${developer}`) ? `${name.slice(0, -developer.length)}*` : name;
  });
  const stackSet = otherForm.stackSet !== undefined;
  const shared = stackSet ? [sharedRoleKept(otherForm) ?? sharedRoleName(settings)] : [];
  return { roles: [...new Set([...own, ...shared])].sort(), stackSet };
}

/** What every component is given: the settings, a provider per account, and the options of the stack's resources. */
export interface Context {
  settings: Settings;
  /** Id of the organization. */
  organizationId: string;
  providers: Providers;
  /** Hooks of resources that need not be emptied before their deletion. */
  hooks: pulumi.ResourceHookBinding;
  userHooks: pulumi.ResourceHookBinding;
  roleHooks: pulumi.ResourceHookBinding;
  groupHooks: pulumi.ResourceHookBinding;
  policyHooks: pulumi.ResourceHookBinding;
  /** The settings' tags as Cloud Control takes them; empty without tags, since Cloud Control keeps no empty list. */
  tagged: { tags?: { key: string; value: string }[] };
  unreached: Unreached;
  otherForm: OtherForm | undefined;
  /** Ids, by name, of accounts that the settings do not name themselves. */
  knownAccounts: Record<string, string>;
  /** The same with those that the settings name. */
  accountIds: Record<string, string>;
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
    accountIds: { ...knownAccounts, ...settings.developmentAccounts },
  };
}

/** The deletion hooks of users. Sessions of the shared role end by a service control policy, others with the user. */
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

/** The settings with those accounts alone that need a provider: with a shared role, those whose per-developer roles are not deleted yet. */
function accountsWithRoles(settings: Settings, otherForm: OtherForm | undefined): Settings {
  if (settings.roles !== "shared") return settings;
  return { ...settings, developmentAccounts: otherForm?.accounts ?? {} };
}

/** Tags as Cloud Control takes them. */
export function tagList(tags: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
