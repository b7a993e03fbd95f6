import type { LookupAttribute } from "@aws-sdk/client-cloudtrail";
import pMap from "p-map";

import { region } from "../../infra/region.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Attempt } from "../aws/missed.ts";
import { allEvents, trailEvents } from "../aws/trail.ts";
import type { TrailEvent } from "../aws/trail-event.ts";
import type { HistoryRow } from "../results/history.ts";
import { trailRows } from "./trail-rows.ts";

/** What changes a role, or what it may do (IAM API Reference). */
const ofRoles = [
  ...["CreateRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy", "PutRolePolicy", "DeleteRolePolicy"],
  ...["AttachRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"],
];

/** What changes a user, or by what the user gets in. */
const ofUsers = [
  ...["CreateUser", "DeleteUser", "UpdateUser", "PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy"],
  ...["DetachUserPolicy", "AddUserToGroup", "RemoveUserFromGroup", "CreateAccessKey", "UpdateAccessKey"],
  ...["DeleteAccessKey", "CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile", "ChangePassword"],
  ...["EnableMFADevice", "DeactivateMFADevice"],
];

/** What changes the organization's policies (Organizations API Reference). */
const ofPolicies = ["CreatePolicy", "UpdatePolicy", "DeletePolicy", "AttachPolicy", "DetachPolicy"];

/**
 * The changes that CloudTrail's event history has, by the names of the calls: an account's other events may be any number, and AWS
 * gives them out slowly.
 *
 * @param advance is told of each event
 */
export async function readTrail(
  settings: Settings,
  since: Date,
  { attempt, advance }: { attempt: Attempt; advance: () => void },
): Promise<HistoryRow[]> {
  const accounts = Object.entries({ auth: settings.authAccount, ...settings.developmentAccounts });
  const inAccount = async (account: string, id: string | undefined, names: string[]): Promise<HistoryRow[]> => {
    const eventsOf = (attribute: LookupAttribute) =>
      allEvents(trailEvents(id, settings, { region, since, attribute }), advance);
    const events = await attempt(`the event history of ${account}`, async () => {
      const found: TrailEvent[] = [];
      if (id !== undefined) {
        // Of those who change something, whatever role this look goes by.
        const role = `arn:aws:iam::${id}:role/${settings.accessRole}`;
        found.push(...(await eventsOf({ AttributeKey: "ResourceName", AttributeValue: role })));
      }
      for (const name of names) found.push(...(await eventsOf({ AttributeKey: "EventName", AttributeValue: name })));
      return found;
    });
    return trailRows(account, events ?? [], settings);
  };
  const [organization, others] = await Promise.all([
    inAccount("management", undefined, ofPolicies),
    pMap(accounts, ([name, id]) => inAccount(name, id, name === "auth" ? [...ofUsers, ...ofRoles] : ofRoles), {
      concurrency: 8,
    }),
  ]);
  return [...organization, ...others.flat()];
}
