import { expect } from "chai";

import { trailEvent, type TrailEvent } from "../../../cli/aws/trail-event.ts";
import { trailRows } from "../../../cli/history/trail-rows.ts";
import { settingsSchema } from "../../../infra/settings.ts";

const settings = settingsSchema.parse({
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts: { sandbox: "333333333333" },
  developers: { alice: {} },
});

let count = 0;
function event(name: string, identity: Record<string, unknown>, more: Record<string, unknown> = {}): TrailEvent {
  const [service = "", action = ""] = name.split(":");
  const record = {
    ...{ eventID: `e${++count}`, eventTime: `2026-11-28T12:00:${String(count % 60).padStart(2, "0")}Z` },
    ...{ eventSource: `${service}.amazonaws.com`, eventName: action, requestParameters: null, ...more },
    userIdentity: identity,
  };
  const read = trailEvent(JSON.stringify(record));
  if (read === undefined) throw new Error("no event");
  return read;
}

/** The identity of a session of the access role, as a member account's CloudTrail records it. */
const session = (name: string, accessKeyId: string) => ({
  type: "AssumedRole",
  arn: `arn:aws:sts::333333333333:assumed-role/OrganizationAccountAccessRole/${name}`,
  accessKeyId,
});
/** The event of AssumeRole by which the management account assumes the access role. */
const assumed = (roleSessionName: string, accessKeyId: string, principalId: string): TrailEvent =>
  event(
    "sts:AssumeRole",
    { type: "AWSAccount", principalId, accountId: "111111111111" },
    { requestParameters: { roleSessionName }, responseElements: { credentials: { accessKeyId } } },
  );
const onRole = { requestParameters: { roleName: "developer-alice", policyName: "mfa-admin-lock" } };

describe("the history by CloudTrail", () => {
  it("tells who is in the session's name, the call, and whose role or user it was", () => {
    const rows = trailRows(
      "sandbox",
      [
        event("iam:PutRolePolicy", session("mfa-admin-carol", "ASIA1"), onRole),
        event("iam:DeleteRole", { type: "IAMUser", userName: "mallory" }, { requestParameters: { roleName: "ci" } }),
        event("iam:ChangePassword", { type: "IAMUser", userName: "alice" }),
        event("iam:DeleteUser", { type: "Root" }, { requestParameters: { userName: "alice" } }),
        event("iam:CreateUser", session("ops", "ASIA1"), { requestParameters: { userName: "bob" } }),
        event(
          "iam:DeleteUser",
          { type: "Root" },
          { requestParameters: { userName: "bob" }, errorCode: "AccessDenied" },
        ),
      ],
      settings,
    );
    expect(rows.map(({ who, what, whom, account }) => [who, what, ...whom, account])).to.eql([
      ["carol", "iam:PutRolePolicy mfa-admin-lock", "alice", "sandbox"],
      ["mallory", "iam:DeleteRole", "ci", "sandbox"],
      ["alice", "iam:ChangePassword", "alice", "sandbox"],
      ["root", "iam:DeleteUser", "alice", "sandbox"],
      ["OrganizationAccountAccessRole/ops", "iam:CreateUser", "bob", "sandbox"],
    ]);
  });

  it("tells whose the engine's sessions are by those that the same credentials have opened before", () => {
    const rows = trailRows(
      "sandbox",
      [
        assumed("mfa-admin-carol", "ASIACAROL", "AIDACAROL"),
        assumed("mfa-admin-dave", "ASIADAVE", "AIDADAVE"),
        assumed("mfa-admin", "ASIAENGINE", "AIDACAROL"),
        assumed("mfa-admin", "ASIAPLAIN", "AIDAERIN"),
        event("iam:CreateRole", session("mfa-admin", "ASIAENGINE"), onRole),
        event("iam:CreateRole", session("mfa-admin", "ASIAPLAIN"), onRole),
      ],
      settings,
    );
    expect(rows.map(({ who }) => who)).to.eql(["carol", "OrganizationAccountAccessRole/mfa-admin"]);
  });
});
