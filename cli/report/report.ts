import { sharedRoleName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { changedAccessRoles } from "../changes/access-roles.ts";
import { changeOf } from "../changes/change.ts";
import { itemsOf } from "../changes/exchange.ts";
import { identityKey } from "../changes/step.ts";
import { driftWarnings } from "./drift-warnings.ts";
import type { StackChanges, StackResource } from "../changes/resource.ts";
import type { Access, DeveloperChange, PreviewReport, ReportKind } from "../results/report.ts";
import type { Warning } from "../results/warning.ts";
import { endingAccess } from "./access-ends.ts";
import { exemptUsers } from "./exempt-users.ts";
import { sharedEntries } from "./shared-entry.ts";
import { summaryOf } from "./summary.ts";
import { nothingElsewhere } from "./unreached-wording.ts";
import { isPutRight, lossesOf } from "./warnings.ts";

export interface ReportInput {
  kind: ReportKind;
  stack: string;
  settings: Settings;
  changes: StackChanges;
  /** Edits that `up` refuses without a flag. */
  warnings?: Warning[];
  /** The settings as written, with access that has ended. */
  written?: Settings;
  /** The reason why this is only a part of a preview. */
  reason?: string;
  /** For a roster: keys of other settings that differ. */
  otherSettings?: string[];
  /** For drift: the changes that would revert it. */
  repair?: StackChanges;
  /** For drift: whether the state was refreshed with it. */
  refreshed?: boolean;
}

/** The report of a run, from its steps and the settings. The order of the steps makes no difference. */
export function previewReport(input: ReportInput): PreviewReport {
  const { kind, stack, settings, changes, warnings = [], reason, otherSettings, repair, refreshed } = input;
  const resources = inOrder([...changes.resources, ...accessRoles(input)], settings);
  const changed = resources.filter(isChanged);
  const users = resources.filter(({ type }) => type === "user");
  const isUnfinished = kind === "preview" && warnings.some((warning) => warning.kind === "unfinished");
  const isRepairing = kind === "preview" && warnings.some(isPutRight);
  return {
    version: 1,
    kind,
    stack,
    summary:
      (changed.length === 0 ? nothingElsewhere(kind, warnings) : undefined) ??
      (isUnfinished && changed.length === 0
        ? "Puts right what a killed run has left; the settings ask for nothing else."
        : undefined) ??
      (isRepairing && changed.length === 0 ? "Puts right what is told here; changes nothing else." : undefined) ??
      summaryOf(kind, resources, otherSettings),
    ...(refreshed !== undefined && { refreshed }),
    ...(reason !== undefined && { reason }),
    ...(otherSettings && { otherSettings }),
    // The exit code of a drift check covers warnings, too: AWS may have something that the state does not.
    changed:
      changed.length > 0 ||
      (otherSettings ?? []).length > 0 ||
      // A lock is intended, and calls for no action.
      (kind === "drift" && warnings.some((warning) => warning.kind !== "locked")) ||
      isRepairing ||
      isUnfinished,
    roster: {
      before: users.filter(({ operation }) => operation !== "create" && operation !== "adopt").length,
      after: users.filter(({ operation }) => operation !== "delete").length,
    },
    accounts: Object.keys(settings.developmentAccounts).length,
    warnings: [
      ...warnings,
      ...(kind === "up" ? [] : [...endingAccess(input.written ?? settings), ...exemptUsers(settings)]),
      ...(kind === "drift" ? driftWarnings(changed.map(changeOf), deniedIn(warnings)) : lossesOf(changed)),
    ],
    developers: developersOf(resources, changes, settings),
    resources: changed.filter(({ developer }) => developer === undefined).map(changeOf),
    unchanged: resources.length - changed.length,
    ...(repair &&
      repairOf(
        inOrder([...repair.resources, ...changedAccessRoles(repair, settings)], settings).filter(isChanged),
        changed,
      )),
  };
}

/** The changes that revert drift, apart from settings that are still to be applied. */
function repairOf(resources: StackResource[], drifted: StackResource[]): Pick<PreviewReport, "repair" | "pending"> {
  const keys = new Set(drifted.map(identityKey));
  const isRepair = (resource: StackResource): boolean => keys.has(identityKey(resource));
  return {
    repair: resources.filter(isRepair).map(changeOf),
    pending: resources.filter((resource) => !isRepair(resource)).map(changeOf),
  };
}

/** The changed access roles; none for drift, since the role by which AWS is read back is not what has drifted. */
function accessRoles({ kind, changes, settings }: ReportInput): StackResource[] {
  return kind === "drift" ? [] : changedAccessRoles(changes, settings);
}

/** The policies that only deny, and so give nobody more rights. */
function deniedIn(warnings: Warning[]): Set<string> {
  return new Set(warnings.flatMap((warning) => (warning.kind === "denied" ? warning.policies : [])));
}

const isChanged = ({ operation }: StackResource): boolean => operation !== "same";

/** Sorts by account in the order of the settings, then by type and name: the engine's own order differs from run to run. */
function inOrder(resources: StackResource[], { developmentAccounts }: Settings): StackResource[] {
  const accounts = ["management", "auth", ...Object.keys(developmentAccounts)];
  const rank = ({ account }: StackResource): number => {
    const at = accounts.indexOf(account);
    return at < 0 ? accounts.length : at;
  };
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return resources.toSorted((a, b) => rank(a) - rank(b) || compare(identityKey(a), identityKey(b)));
}

function developersOf(resources: StackResource[], changes: StackChanges, settings: Settings): DeveloperChange[] {
  const byName = Map.groupBy(resources, ({ developer }) => developer ?? "");
  byName.delete("");
  return [...byName]
    .filter(([, own]) => own.some(isChanged))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => ({
      name,
      change: developerChange(own),
      changes: own.filter(isChanged).map(changeOf),
      access: own.flatMap((resource) => [
        ...ownAccessOf(resource, changes),
        ...sharedAccessOf(resource, changes, settings),
      ]),
    }));
}

function developerChange(own: StackResource[]): DeveloperChange["change"] {
  const user = own.find(({ type }) => type === "user");
  if (user?.operation === "create") return "added";
  return user?.operation === "delete" ? "removed" : "changed";
}

/** A developer's access by a role of their own after the run. */
function ownAccessOf({ type, account, name, after }: StackResource, { accounts }: StackChanges): Access[] {
  if (type !== "role" || after === undefined) return [];
  const { managedPolicyArns, permissionsBoundary, maxSessionDuration } = after;
  return [
    {
      account,
      accountId: accounts.get(account)?.after ?? accounts.get(account)?.before ?? "",
      role: name,
      permissions: Array.isArray(managedPolicyArns) ? managedPolicyArns.map(String) : [],
      ...(typeof permissionsBoundary === "string" && { permissionsBoundary }),
      sessionDuration: typeof maxSessionDuration === "number" ? maxSessionDuration : 3600,
    },
  ];
}

/** A developer's access by the shared role after the run, by the tags of the user. */
function sharedAccessOf({ type, after }: StackResource, { accounts }: StackChanges, settings: Settings): Access[] {
  if (type !== "user" || after === undefined) return [];
  const { permissions, permissionsBoundary, sessionDuration } = settings;
  return sharedEntries(itemsOf(after["tags"])).map(({ account, accountId }) => ({
    account,
    accountId: accounts.get(account)?.after ?? accountId,
    role: sharedRoleName(settings),
    permissions,
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    sessionDuration,
  }));
}
