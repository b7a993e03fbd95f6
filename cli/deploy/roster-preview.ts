import { isDeepStrictEqual } from "node:util";

import { accessEndOf } from "../../infra/access-ends.ts";
import { assignmentTags } from "../../infra/assignment.ts";
import { tagList } from "../../infra/context.ts";
import { accountIdsIn, accountsOf, ownRolesOf, policyArnIn, roleNameOf } from "../../infra/names.ts";
import { ownPolicyName } from "../../infra/own-policies.ts";
import { type Settings, settingsKeys, settingsSchema } from "../../infra/settings.ts";
import { differences } from "../changes/differences.ts";
import { dangersInSettings } from "./guards.ts";
import { removedGuardRails } from "./guard-rails.ts";
import type { GuardOptions } from "./guard-options.ts";
import { stackBefore } from "../changes/stack-before.ts";
import type { StackChanges, StackResource } from "../changes/resource.ts";
import { previewReport } from "../report/report.ts";
import type { PreviewReport } from "../results/report.ts";
import type { Warning } from "../results/warning.ts";

export interface RosterComparison extends GuardOptions {
  stack: string;
  /** The settings before; undefined where there were none yet. */
  before: Settings | undefined;
  after: Settings;
  /** The settings after as written, access that has ended included. */
  written?: Settings;
  /** A sentence that tells why only the roster is compared. */
  reason: string;
}

/** The changes of users and roles that the settings alone show. Neither AWS nor the stack's state is read. */
export function rosterReport({ stack, before, after, written, reason, ...guards }: RosterComparison): PreviewReport {
  const changes = rosterChanges(before, after);
  const warnings = [
    ...dangersInSettings(stackBefore(changes), after, guards),
    ...removedGuardRails(before?.guardRails ?? [], after, guards),
    ...moved(before, after),
  ];
  const isNew = before === undefined ? " There were no settings of this stack before." : "";
  return previewReport({
    ...{ kind: "roster", stack, settings: after, changes, warnings },
    ...(written !== undefined && { written }),
    reason: reason + isNew,
    otherSettings: otherKeys(before, after),
  });
}

/** Warnings about units that were added or removed: only AWS can tell which accounts and users that concerns. */
function moved(before: Settings | undefined, after: Settings): Warning[] {
  const [was, is] = [before?.organizationalUnits ?? [], after.organizationalUnits];
  const [left, come] = [was.filter((id) => !is.includes(id)), is.filter((id) => !was.includes(id))];
  return [
    ...(left.length === 0 ? [] : [{ kind: "detached" as const, organizationalUnits: left }]),
    ...(come.length === 0 ? [] : [{ kind: "attached" as const, organizationalUnits: come }]),
  ];
}

/** Changed keys of the settings whose effects the users and roles don't show in full. */
function otherKeys(before: Settings | undefined, after: Settings): string[] {
  const shown = ["developers", "permissions", "permissionsBoundary", "sessionDuration"];
  const [was, is]: Record<string, unknown>[] = [before ?? defaults(), after];
  return settingsKeys.filter((key) => !shown.includes(key) && !isDeepStrictEqual(was?.[key], is?.[key]));
}

function defaults(): Record<string, unknown> {
  const { shape } = settingsSchema;
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.safeParse(undefined).data]));
}

function rosterChanges(before: Settings | undefined, after: Settings): StackChanges {
  const [was, is] = [resourcesOf(before), resourcesOf(after)];
  const resources = [...new Set([...was.keys(), ...is.keys()])].flatMap((key): StackResource[] => {
    const [old, now] = [was.get(key), is.get(key)];
    const either = now ?? old;
    if (either === undefined) return [];
    const { properties, ...identity } = either;
    return [
      {
        ...identity,
        operation: rosterOperation(old, now),
        ...(old && { before: old.properties }),
        ...(now && { after: properties }),
        ...(old && old.name !== either.name && { formerName: old.name }),
      },
    ];
  });
  return { resources, accounts: accountIds(before, after) };
}

type Known = Pick<StackResource, "account" | "type" | "name" | "developer"> & { properties: Record<string, unknown> };

function rosterOperation(old: Known | undefined, now: Known | undefined): StackResource["operation"] {
  if (old === undefined) return "create";
  if (now === undefined) return "delete";
  if (old.name !== now.name) return "replace";
  const { properties, policies } = differences(old.properties, now.properties);
  return properties.length + policies.length > 0 ? "update" : "same";
}

/** The users and the roles that settings ask for, by developer and account, and the organization's own policies. */
function resourcesOf(settings: Settings | undefined): Map<string, Known> {
  const found = new Map<string, Known>();
  for (const developer of Object.keys(settings?.developers ?? {})) {
    if (settings === undefined) break;
    found.set(developer, {
      account: "auth",
      type: "user",
      name: developer,
      developer,
      properties: { ...userProperties(settings, developer), ...until(accessEndOf(settings, developer)) },
    });
    for (const account of ownRolesOf(settings, developer)) {
      const name = roleNameOf(settings, developer);
      found.set(`${developer} ${account}`, {
        ...{ account, type: "role", name, developer },
        properties: { ...roleProperties(settings, account, name), ...until(accessEndOf(settings, developer, account)) },
      });
    }
  }
  for (const { file, content } of settings?.ownPolicies ?? []) {
    const identity = { account: "management", type: "own service control policy", name: ownPolicyName(file) };
    found.set(`policy ${identity.name}`, { ...identity, properties: { content } });
  }
  return found;
}

/** The user's tags with a shared role: they let the developer into accounts. Names stand for the ids, which only AWS knows. */
function userProperties(settings: Settings, developer: string): Record<string, unknown> {
  if (settings.roles !== "shared") return {};
  const names = accountsOf(settings, developer).map((account) => [account, account]);
  return { tags: tagList(assignmentTags(settings, developer, Object.fromEntries(names) as Record<string, string>)) };
}
/** A property that stands for the policies that end access. */
const until = (end: string | undefined): Record<string, unknown> => (end === undefined ? {} : { until: end });

function roleProperties(settings: Settings, account: string, roleName: string): Record<string, unknown> {
  const { developmentAccounts, permissions, permissionsBoundary, sessionDuration } = settings;
  const arn = (policy: string): string => policyArnIn(developmentAccounts[account] ?? "", policy);
  return {
    roleName,
    managedPolicyArns: permissions.map(arn),
    maxSessionDuration: sessionDuration,
    ...(permissionsBoundary !== undefined && { permissionsBoundary: arn(permissionsBoundary) }),
  };
}

function accountIds(before: Settings | undefined, after: Settings): StackChanges["accounts"] {
  const ids = (settings: Settings | undefined): Record<string, string> =>
    settings === undefined ? {} : accountIdsIn(settings);
  const [was, is] = [ids(before), ids(after)];
  return new Map(
    [...new Set([...Object.keys(was), ...Object.keys(is)])].map((name) => {
      const [old, now] = [was[name], is[name]];
      return [name, { ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) }];
    }),
  );
}
