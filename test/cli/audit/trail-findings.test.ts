import { expect } from "chai";

import { trailFindings } from "../../../cli/audit/trail-findings.ts";
import { trailEvent, type TrailEvent } from "../../../cli/aws/trail-event.ts";
import { type Settings, settingsSchema } from "../../../infra/settings.ts";

const settings = (more: Partial<Settings> = {}): Settings =>
  settingsSchema.parse({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333" },
    developers: { alice: {} },
    exempt: { "sandbox/smtp": { until: "2027-03-31", reason: "mail" } },
    ...more,
  });

let count = 0;
/** A record of CloudTrail by alice's key, as AWS writes it. */
function event(name: string, more: Record<string, unknown> = {}, identity: Record<string, unknown> = {}): TrailEvent {
  const [service = "", action = ""] = name.split(":");
  const record = {
    ...{ eventID: `e${++count}`, eventTime: `2026-11-28T12:00:${String(count % 60).padStart(2, "0")}Z` },
    ...{ eventSource: `${service}.amazonaws.com`, eventName: action, requestParameters: null, ...more },
    userIdentity: { type: "IAMUser", userName: "alice", arn: "arn:aws:iam::222222222222:user/alice", ...identity },
  };
  const read = trailEvent(JSON.stringify(record));
  if (read === undefined) throw new Error("no event");
  return read;
}
const withMfa = { sessionContext: { attributes: { mfaAuthenticated: "true" } } };
const role = "arn:aws:iam::333333333333:role/developer-alice";
const assuming = (roleSessionName: string) => ({
  requestParameters: { roleArn: role, roleSessionName, serialNumber: "arn:aws:iam::222222222222:mfa/alice" },
});

function found(events: TrailEvent[], account = "auth", own = settings()): string[] {
  return trailFindings(account, events, own).map(({ kind, who, counts }) => `${kind} ${who}${counts ? "" : " (told)"}`);
}

describe("what CloudTrail shows", () => {
  it("is a call without MFA that was carried out, once for each kind of call", () => {
    const events = [
      event("iam:ListUsers"),
      event("iam:ListUsers"),
      event("s3:ListBuckets"),
      event("sts:GetAccessKeyInfo"),
    ];
    const findings = trailFindings("auth", events, settings());
    expect(findings.map(({ fact, event: id }) => [fact, id])).to.eql([
      ["alice called iam:ListUsers without MFA, which was carried out. (2 times)", events[1]?.id],
      ["alice called s3:ListBuckets without MFA, which was carried out.", events[2]?.id],
      // Unlike sts:GetCallerIdentity, it needs a permission.
      ["alice called sts:GetAccessKeyInfo without MFA, which was carried out.", events[3]?.id],
    ]);
  });

  it("is none that was refused, carried MFA, was a role's, or is what enrolment needs", () => {
    const refused = { errorCode: "AccessDenied" };
    const session = {
      type: "AssumedRole",
      arn: "arn:aws:sts::222222222222:assumed-role/ops/carol",
      userName: undefined,
    };
    expect(
      found([
        ...[event("iam:ListUsers", refused), event("iam:ListUsers", {}, withMfa), event("iam:ListUsers", {}, session)],
        ...[event("sts:GetCallerIdentity"), event("iam:ChangePassword"), event("iam:CreateAccessKey")],
        ...[event("signin:ConsoleLogin"), event("sts:AssumeRole", assuming("alice"))],
      ]),
    ).to.eql([]);
  });

  it("goes by the settings: with accessKeys: with-mfa, a key that is made without it is one, and so is every device", () => {
    const own = settings({ accessKeys: "with-mfa" });
    const events = [event("iam:CreateAccessKey"), event("iam:EnableMFADevice")];
    expect(found(events, "auth", own)).to.eql(["call-without-mfa alice", "device-outside-console alice"]);
    expect(found(events)).to.eql(["device-outside-console alice (told)"]);
    const inConsole = event("iam:EnableMFADevice", { sessionCredentialFromConsole: "true" });
    expect(found([inConsole], "auth", own)).to.eql([]);
  });

  it("in a development account is any call by a key, but of who is exempt", () => {
    const by = (name: string) => ({ userName: name, arn: `arn:aws:iam::333333333333:user/${name}` });
    const events = [
      ...[event("iam:CreateAccessKey", {}, by("bot")), event("ses:SendEmail", {}, by("smtp"))],
      // A user of another account is that account's business.
      event("sts:AssumeRole", {}, { userName: "carol", arn: "arn:aws:iam::111111111111:user/carol" }),
    ];
    expect(found(events, "sandbox")).to.eql(["call-without-mfa bot"]);
  });

  it("is a change of a trust policy; one that up has made is told", () => {
    const by = (arn: string) => ({
      type: "AssumedRole",
      arn: `arn:aws:sts::333333333333:assumed-role/${arn}`,
      userName: undefined,
    });
    const change = { requestParameters: { roleName: "developer-alice" } };
    const own = by("OrganizationAccountAccessRole/mfa-admin");
    const events = [
      event("iam:UpdateAssumeRolePolicy", change, by("developer-alice/alice")),
      event("iam:UpdateAssumeRolePolicy", change, own),
      event("iam:UpdateAssumeRolePolicy", change, by("OrganizationAccountAccessRole/mfa-admin-carol")),
      event("iam:UpdateAssumeRolePolicy", change, by("OrganizationAccountAccessRole/carol")),
    ];
    expect(found(events, "sandbox")).to.eql([
      "trust-changed developer-alice/alice",
      "trust-changed OrganizationAccountAccessRole/mfa-admin (told)",
      "trust-changed OrganizationAccountAccessRole/mfa-admin-carol (told)",
      "trust-changed OrganizationAccountAccessRole/carol",
    ]);
  });

  it("is a session of a developer's role under another name", () => {
    expect(found([event("sts:AssumeRole", assuming("bob")), event("sts:AssumeRole", assuming("alice"))])).to.eql([
      "session-name alice",
    ]);
  });
});
