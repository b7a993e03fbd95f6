import type { Settings } from "../../infra/settings.ts";
import { changedAccessRoles } from "./access-roles.ts";
import { differences } from "./differences.ts";
import { keyOf } from "./drift-repair.ts";
import { driftWarnings } from "./drift-warnings.ts";
import type { Plan, PlannedResource } from "../changes/planned.ts";
import type { Access, DeveloperChange, PreviewReport, ReportKind, ResourceChange, Warning } from "./schema.ts";
import { exemptUsers } from "./exemptions.ts";
import { summaryOf } from "./summary.ts";
import { nothingElsewhere } from "./unreached-wording.ts";
import { isPutRight, lossesOf } from "./warnings.ts";

export interface ReportInput {
  kind: ReportKind;
  stack: string;
  settings: Settings;
  plan: Plan;
  /** What `up` refuses unless told otherwise. */
  warnings?: Warning[];
  /** Why this is only a part of a preview. */
  reason?: string;
  /** For a roster: keys of the settings that differ besides. */
  otherSettings?: string[];
  /** For drift: what would be done about it. */
  repair?: Plan;
  /** For drift: whether the state has taken it in. */
  refreshed?: boolean;
}

/** The report of a run, from its steps and the settings: the same for the same steps, in whatever order they came. */
export function previewReport(input: ReportInput): PreviewReport {
  const { kind, stack, settings, plan, warnings = [], reason, otherSettings, repair, refreshed } = input;
  const resources = inOrder([...plan.resources, ...accessRoles(input)], settings);
  const changes = resources.filter(({ operation }) => operation !== "same");
  const users = resources.filter(({ type }) => type === "user");
  const isRepairing = kind === "preview" && warnings.some(isPutRight);
  return {
    version: 1,
    kind,
    stack,
    summary:
      (changes.length === 0 ? nothingElsewhere(kind, warnings) : undefined) ??
      (isRepairing && changes.length === 0 ? "Puts right what is told here; changes nothing else." : undefined) ??
      summaryOf(kind, resources, otherSettings),
    ...(refreshed !== undefined && { refreshed }),
    ...(reason !== undefined && { reason }),
    ...(otherSettings && { otherSettings }),
    // Whoever asks for drift by its status alone is to see to what AWS has besides.
    changed:
      changes.length > 0 ||
      (otherSettings ?? []).length > 0 ||
      (kind === "drift" && warnings.length > 0) ||
      isRepairing,
    roster: {
      before: users.filter(({ operation }) => operation !== "create" && operation !== "adopt").length,
      after: users.filter(({ operation }) => operation !== "delete").length,
    },
    accounts: Object.keys(settings.developmentAccounts).length,
    warnings: [
      ...warnings,
      ...(kind === "up" ? [] : exemptUsers(settings)),
      ...(kind === "drift" ? driftWarnings(changes.map(driftOf), deniedIn(warnings)) : lossesOf(changes)),
    ],
    developers: developersOf(resources, plan),
    resources: changes.filter(({ developer }) => developer === undefined).map(changeOf),
    unchanged: resources.length - changes.length,
    ...(repair &&
      repairOf(
        inOrder([...repair.resources, ...changedAccessRoles(repair, settings)], settings).filter(isChanged),
        changes,
      )),
  };
}

/** What is done about drift, apart from settings that are still to be applied. */
function repairOf(resources: PlannedResource[], drifted: PlannedResource[]): Pick<PreviewReport, "repair" | "pending"> {
  const keys = new Set(drifted.map(keyOf));
  const isRepair = (resource: PlannedResource): boolean => keys.has(keyOf(resource));
  return {
    repair: resources.filter(isRepair).map(changeOf),
    pending: resources.filter((resource) => !isRepair(resource)).map(changeOf),
  };
}

/** What AWS is read back by is not what has drifted. */
function accessRoles({ kind, plan, settings }: ReportInput): PlannedResource[] {
  return kind === "drift" ? [] : changedAccessRoles(plan, settings);
}

/** The policies that are known to only deny, which give nobody more. */
function deniedIn(warnings: Warning[]): Set<string> {
  return new Set(warnings.flatMap((warning) => (warning.kind === "denied" ? warning.policies : [])));
}

const isChanged = ({ operation }: PlannedResource): boolean => operation !== "same";

/** By account in the order of the settings, then by type and name: the engine's own order differs from run to run. */
function inOrder(resources: PlannedResource[], { developmentAccounts }: Settings): PlannedResource[] {
  const accounts = ["management", "auth", ...Object.keys(developmentAccounts)];
  const rank = ({ account }: PlannedResource): number => {
    const at = accounts.indexOf(account);
    return at < 0 ? accounts.length : at;
  };
  const key = ({ account, type, name }: PlannedResource): string => [account, type, name].join("\n");
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return resources.toSorted((a, b) => rank(a) - rank(b) || compare(key(a), key(b)));
}

function developersOf(resources: PlannedResource[], plan: Plan): DeveloperChange[] {
  const byName = Map.groupBy(resources, ({ developer }) => developer ?? "");
  byName.delete("");
  return [...byName]
    .filter(([, own]) => own.some(isChanged))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => ({
      name,
      change: developerChange(own),
      changes: own.filter(isChanged).map(changeOf),
      access: own.flatMap((resource) => accessOf(resource, plan)),
    }));
}

function developerChange(own: PlannedResource[]): DeveloperChange["change"] {
  const user = own.find(({ type }) => type === "user");
  if (user?.operation === "create") return "added";
  return user?.operation === "delete" ? "removed" : "changed";
}

function changeOf({
  operation,
  account,
  type,
  name,
  before,
  after,
  differing,
  since,
  takeover,
}: PlannedResource): ResourceChange {
  if (operation === "same") throw new Error(`${type} ${name} does not change.`);
  const differ = before && after ? differences(before, after, differing) : { properties: [], policies: [] };
  if (before && after && differ.properties.length + differ.policies.length === 0) {
    // The engine sees what the properties do not show.
    differ.properties = (differing ?? []).map((property) => ({ property, removed: [], added: [] }));
  }
  return {
    operation,
    account,
    type,
    name,
    ...differ,
    ...(since !== undefined && { since }),
    ...(takeover && { takeover }),
  };
}

function driftOf(resource: PlannedResource): ResourceChange & { developer?: string | undefined } {
  return { ...changeOf(resource), developer: resource.developer };
}

/** The role that a developer has there from now on. */
function accessOf({ type, account, name, after }: PlannedResource, { accounts }: Plan): Access[] {
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
