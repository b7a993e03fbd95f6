/** The findings of CloudTrail's event history, as pure functions. */

import { exemptionsOf } from "../../infra/exemptions.ts";
import { accountIdIn, roleNameOf } from "../../infra/names.ts";
import { enrolment } from "../../infra/policies.ts";
import { runnerOf } from "../../infra/session-name.ts";
import type { Settings } from "../../infra/settings.ts";
import { textOf, type TrailEvent } from "../aws/trail-event.ts";
import type { AuditFinding } from "../results/audit.ts";

/** Actions that need no MFA or no permission: asking who one is, and for a session (AWS STS API Reference). */
const always = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/**
 * The findings of an account's events. Equal findings become one, with their number and with the time and id of the latest event.
 */
export function trailFindings(account: string, events: TrailEvent[], settings: Settings): AuditFinding[] {
  const found = events.filter(({ succeeded }) => succeeded).flatMap((event) => eventFindings(account, event, settings));
  const alike = Map.groupBy(found, ({ kind, who, fact }) => JSON.stringify([kind, who, fact]));
  return [...alike.values()].flatMap((own) => {
    const [last] = own.toSorted((one, other) => ((one.at ?? "") < (other.at ?? "") ? 1 : -1));
    if (last === undefined) return [];
    return [own.length === 1 ? last : { ...last, fact: `${last.fact} (${own.length} times)` }];
  });
}

function eventFindings(account: string, event: TrailEvent, settings: Settings): AuditFinding[] {
  const { id, at, action, caller, request } = event;
  const who = caller.type === "Root" ? "root" : (caller.userName ?? caller.arn.replace(/^.*:(assumed-role\/)?/, ""));
  const note = (kind: AuditFinding["kind"], fact: string, counts = true): AuditFinding => ({
    ...{ kind, account, who, fact, counts, at, event: id },
  });
  return [
    ...(isWithoutMfa(account, event, settings)
      ? [note("call-without-mfa", `${who} called ${action} without MFA, which was carried out.`)]
      : []),
    ...(action === "iam:EnableMFADevice" && !event.inConsole
      ? [
          note(
            "device-outside-console",
            `An MFA device was enrolled for ${textOf(request["userName"]) || who} outside the console, by ${who}.`,
            // With `accessKeys: article`, an access key may enrol the first device, as `enroll` does.
            settings.accessKeys === "with-mfa",
          ),
        ]
      : []),
    ...(action === "iam:UpdateAssumeRolePolicy"
      ? [
          note(
            "trust-changed",
            `The trust policy of ${textOf(request["roleName"])} in ${account} was changed by ${who}.`,
            // A change that a run of mfa-admin has made doesn't count.
            !isOwnRun(caller.arn, settings),
          ),
        ]
      : []),
    ...otherName(account, event, settings).map((name) =>
      note("session-name", `${who} assumed ${textOf(request["roleArn"])} by a session called ${name}.`),
    ),
  ];
}

/** Whether the caller is a session of the access role that mfa-admin has opened, by the session's name. */
function isOwnRun(arn: string, { accessRole }: Settings): boolean {
  const [, role, name = ""] = /:assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  return role === accessRole && runnerOf(name) !== undefined;
}

/**
 * Whether an IAM user or the root user of this account has made the call without MFA, though neither an exemption nor the action
 * allows that. Sign-ins to the console are no such calls.
 */
function isWithoutMfa(account: string, { action, caller, withMfa }: TrailEvent, settings: Settings): boolean {
  if (withMfa || (caller.type !== "IAMUser" && caller.type !== "Root") || action.startsWith("signin:")) return false;
  // An AssumeRole call is also in the event history of the role's account, whichever account made it.
  if (caller.arn.split(":")[4] !== accountIdIn(settings, account)) return false;
  if (exemptionsOf(settings).some(({ arn }) => arn === caller.arn)) return false;
  const allowed = account === "auth" ? [...always, ...enrolment(settings.accessKeys)] : always;
  return !allowed.includes(action);
}

/** The session's name where a developer's own role was assumed under a name other than the user's; otherwise the list is empty. */
function otherName(account: string, { action, caller, request }: TrailEvent, settings: Settings): string[] {
  const { userName } = caller;
  if (account !== "auth" || action !== "sts:AssumeRole" || caller.type !== "IAMUser" || userName === undefined)
    return [];
  const role = textOf(request["roleArn"]).replace(/^.*\//, "");
  const name = textOf(request["roleSessionName"]);
  return role === roleNameOf(settings, userName) && name !== userName ? [name] : [];
}
