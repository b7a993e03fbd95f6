import pMap from "p-map";

import { accountIdsIn } from "../../infra/names.ts";
import { region } from "../../infra/region.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "../aws/clients.ts";
import { type Attempt, noting } from "../aws/missed.ts";
import { withEveryAccount } from "../aws/every-account.ts";
import { managementAccountAtHand } from "../aws/preconditions.ts";
import { trailBegin, type TrailEvent } from "../aws/trail-event.ts";
import type { Project } from "../project/project.ts";
import { withProgress } from "../report/progress.ts";
import type { Audit, AuditFinding } from "../results/audit.ts";
import { type AccountRead, accountFindings } from "./findings.ts";
import type { AuditLimits } from "./limits.ts";
import { readAccount } from "./read.ts";
import { trailFindings } from "./trail-findings.ts";

export interface AuditOptions extends AuditLimits {
  /** Whether CloudTrail's event history is read, too. */
  cloudtrail: boolean;
}

/** What an audit has read of an account, and when AWS made the report. */
export type AuditedAccount = AccountRead & { generatedAt: string };

/**
 * Audits every account of the settings; with a shared role, every account of the organizational units. It changes nothing in AWS
 * but has IAM generate its credential reports.
 */
export async function audit(
  project: Pick<Project, "stack">,
  settings: Settings,
  options: AuditOptions,
): Promise<Audit> {
  return (await auditWithAccounts(project, settings, options)).audit;
}

/** The same audit, with what was read of each account, for the table of all credentials. */
export async function auditWithAccounts(
  { stack }: Pick<Project, "stack">,
  given: Settings,
  options: AuditOptions,
): Promise<{ audit: Audit; accounts: AuditedAccount[] }> {
  await managementAccountAtHand(given);
  const settings = await withEveryAccount(given);
  const missed: Audit["missed"] = [];
  const attempt = noting(missed, "audit");
  const accounts = Object.entries(accountIdsIn(settings));
  const now = new Date();
  const read = await readAccounts(accounts, settings, attempt);
  // Ages are computed by AWS's clock: from the time of the credential report.
  const findings = read.flatMap((one) => accountFindings(one, settings, options, new Date(one.generatedAt)));
  const since = trailBegin(now);
  const trail = options.cloudtrail ? await readTrails(read, accounts, settings, { since, attempt }) : undefined;
  const all = [...findings, ...(trail?.findings ?? [])];
  const times = read.map(({ generatedAt }) => generatedAt).sort();
  const report: Audit = {
    version: 1,
    stack,
    clean: !all.some(({ counts }) => counts),
    complete: missed.length === 0,
    users: read.reduce((sum, { users }) => sum + users.length, 0),
    ...(times[0] !== undefined && { reportedAt: times[0] }),
    ...(trail !== undefined && { trail: { since: since.toISOString(), events: trail.events } }),
    findings: all,
    missed,
  };
  return { audit: report, accounts: read };
}

async function readAccounts(
  accounts: [name: string, id: string][],
  settings: Settings,
  attempt: Attempt,
): Promise<AuditedAccount[]> {
  const iam = clientsIn(settings);
  const read = await withProgress("Reading credentials", "users", (advance) =>
    pMap(accounts, ([name, id]) => readAccount(iam(id), name, attempt, advance), { concurrency: 8 }),
  );
  return read.filter((account) => account !== undefined);
}

/**
 * Reads all events of the auth account. Of others it reads changes of trust policies, and events of users with active access keys.
 */
async function readTrails(
  read: AccountRead[],
  accounts: [name: string, id: string][],
  settings: Settings,
  { since, attempt }: { since: Date; attempt: Attempt },
): Promise<{ findings: AuditFinding[]; events: number }> {
  const { allEvents, trailEvents } = await import("../aws/trail.ts");
  const regions = [...new Set([region, settings.region ?? region])];
  let count = 0;
  const findings = await withProgress("Reading CloudTrail, two calls a second", "events", (progress) => {
    const advance = (): void => {
      count++;
      progress();
    };
    const eventsOf = async (
      id: string,
      attribute?: { AttributeKey: "EventName" | "Username"; AttributeValue: string },
    ) => {
      const events: TrailEvent[] = [];
      for (const one of regions) {
        const request = { region: one, since, ...(attribute !== undefined && { attribute }) };
        events.push(...(await allEvents(trailEvents(id, settings, request), advance)));
      }
      return events;
    };
    const ofAccount = async (name: string, id: string): Promise<AuditFinding[]> => {
      const events = await attempt(`the event history of ${name}`, async () => {
        if (name === "auth") return eventsOf(id);
        const changes = await eventsOf(id, { AttributeKey: "EventName", AttributeValue: "UpdateAssumeRolePolicy" });
        for (const user of usersWithKeys(read.find(({ account }) => account === name))) {
          changes.push(...(await eventsOf(id, { AttributeKey: "Username", AttributeValue: user })));
        }
        return [...new Map(changes.map((event) => [event.id, event])).values()];
      });
      return trailFindings(name, events ?? [], settings);
    };
    return pMap(accounts, ([name, id]) => ofAccount(name, id), { concurrency: 8 });
  });
  return { findings: findings.flat(), events: count };
}

function usersWithKeys(read: AccountRead | undefined): string[] {
  return (read?.rows ?? []).filter(({ keys }) => keys.some(({ active }) => active)).map(({ user }) => user);
}
