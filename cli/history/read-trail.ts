import type { LookupAttribute } from "@aws-sdk/client-cloudtrail";
import pMap from "p-map";

import { accountIdsIn } from "../../infra/names.ts";
import { region } from "../../infra/region.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Attempt } from "../aws/missed.ts";
import { allEvents, trailEvents } from "../aws/trail.ts";
import type { TrailEvent } from "../aws/trail-event.ts";
import type { HistoryRow } from "../results/history.ts";
import { trailRows } from "./trail-rows.ts";

/** Actions that change a role or its permissions (IAM API Reference). */
const ofRoles = [
  ...["CreateRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy", "PutRolePolicy", "DeleteRolePolicy"],
  ...["AttachRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"],
];

/** Actions that change a user, or the user's credentials and permissions. */
const ofUsers = [
  ...["CreateUser", "DeleteUser", "UpdateUser", "PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy"],
  ...["DetachUserPolicy", "AddUserToGroup", "RemoveUserFromGroup", "CreateAccessKey", "UpdateAccessKey"],
  ...["DeleteAccessKey", "CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile", "ChangePassword"],
  ...["EnableMFADevice", "DeactivateMFADevice"],
];

/** Actions that change the organization's policies (Organizations API Reference). */
const ofPolicies = ["CreatePolicy", "UpdatePolicy", "DeletePolicy", "AttachPolicy", "DetachPolicy"];

/**
 * The changes in CloudTrail's event history. It is asked by the names of the actions: an account's other events may be any number, and AWS
 * returns them slowly.
 *
 * @param advance called for each event
 */
export async function readTrail(
  settings: Settings,
  since: Date,
  { attempt, advance }: { attempt: Attempt; advance: () => void },
): Promise<HistoryRow[]> {
  const accounts = Object.entries(accountIdsIn(settings));
  const inAccount = async (account: string, id: string | undefined, names: string[]): Promise<HistoryRow[]> => {
    const eventsOf = (attribute: LookupAttribute) =>
      allEvents(trailEvents(id, settings, { region, since, attribute }), advance);
    const events = await attempt(`the event history of ${account}`, async () => {
      const found: TrailEvent[] = [];
      if (id !== undefined) {
        // The sessions of those who change something are of the settings' access role, also if this command reads by another one.
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
