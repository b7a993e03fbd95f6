/** Changes in CloudTrail's event history: pure functions. */

import { roleNameOf } from "../../infra/names.ts";
import { runnerOf } from "../../infra/session-name.ts";
import type { Settings } from "../../infra/settings.ts";
import { textOf, type TrailEvent } from "../aws/trail-event.ts";
import type { HistoryRow } from "../results/history.ts";

/**
 * A row for each successful event of an account that is not an AssumeRole.
 *
 * @param events include the AssumeRole events of the access role, which tell who ran sessions that the engine has opened itself
 */
export function trailRows(account: string, events: TrailEvent[], settings: Settings): HistoryRow[] {
  const byKey = runnersByKey(events);
  return events
    .filter(({ succeeded, action }) => succeeded && action !== "sts:AssumeRole")
    .map((event) => ({
      at: new Date(event.at).toISOString(),
      who: whoIn(event, byKey),
      what: [event.action, textOf(event.request["policyName"])].filter(Boolean).join(" "),
      whom: whomIn(event, settings),
      source: "cloudtrail" as const,
      account,
      event: event.id,
    }));
}

/**
 * Milliseconds before an engine's session in which its run may have opened a session with a person's name. A longer run has opened more.
 */
const longestRun = 3_600_000;

/**
 * Who ran the engine, by the access key ids of the sessions that it has opened itself: the same principal has assumed the access role shortly before, under a
 * session name of a person's own. Every run of mfa-admin does so before the engine starts.
 */
function runnersByKey(events: TrailEvent[]): Map<string, string> {
  const opened = events
    .filter(({ succeeded, action }) => succeeded && action === "sts:AssumeRole")
    .map(({ at, caller, issuedKey, request }) => ({
      ...{ time: Date.parse(at), principal: caller.principalId, key: issuedKey },
      runner: runnerOf(textOf(request["roleSessionName"])),
    }));
  const runners = new Map<string, string>();
  for (const session of opened.filter(({ runner }) => runner === "")) {
    const before = opened.filter(
      ({ runner, principal, time }) =>
        runner && principal === session.principal && time <= session.time && time > session.time - longestRun,
    );
    const latest = before.toSorted((one, other) => other.time - one.time)[0]?.runner;
    if (session.key !== undefined && latest !== undefined) runners.set(session.key, latest);
  }
  return runners;
}

function whoIn({ caller }: TrailEvent, byKey: Map<string, string>): string {
  if (caller.type === "Root") return "root";
  if (caller.userName !== undefined) return caller.userName;
  const session = caller.arn.replace(/^.*:(assumed-role\/)?/, "");
  const runner = runnerOf(session.slice(session.indexOf("/") + 1));
  // The engine has opened this session itself.
  if (runner === "") return byKey.get(caller.keyId ?? "") ?? session;
  return runner ?? (session || caller.type);
}

/** The developer whose user or role was changed; for any other user or role its name, and for a call that names neither the caller. */
function whomIn({ request, caller, action }: TrailEvent, settings: Settings): string[] {
  const [user, role] = [textOf(request["userName"]), textOf(request["roleName"])];
  if (user !== "") return [user];
  if (role !== "") {
    const prefix = roleNameOf(settings, "");
    return [role.startsWith(prefix) ? role.slice(prefix.length) : role];
  }
  return action.startsWith("iam:") && caller.userName !== undefined ? [caller.userName] : [];
}
