import { expect } from "chai";

import { costChecks, needIn, quotaChecks, sizeChecks } from "../../../cli/doctor/accounts.ts";
import { sourceOfCredentials } from "../../../cli/doctor/caller.ts";
import { looked } from "../../../cli/doctor/check.ts";
import { roomCheck } from "../../../cli/doctor/organization.ts";
import { rolloutChecks } from "../../../cli/doctor/shared-role.ts";
import type { RoleInAccount } from "../../../cli/aws/stack-sets.ts";
import { diagnosisText } from "../../../cli/doctor/text.ts";
import { impactRows } from "../../../cli/deploy/impact.ts";
import { Failure } from "../../../cli/failure.ts";
import { settingsSchema } from "../../../infra/settings.ts";

const settings = settingsSchema.parse({
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
  developers: { alice: {}, bob: { accounts: ["payments"] } },
});
const stream = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, { isTTY: false, columns: 80 });
const held = (account: string, type: string, name: string, developer?: string) => ({
  ...{ account, type, name, properties: {} },
  ...(developer !== undefined && { developer }),
});

describe("the checks of doctor", () => {
  it("a precondition is a line in the words in which up would refuse it, with the command on a line of its own", async () => {
    const checks = await looked({ name: "policy-types" }, () => {
      throw new Failure("They are off.", "Switch them on. Run: aws organizations enable");
    });
    expect(checks).to.eql([
      {
        ...{ name: "policy-types", level: "failure", fact: "They are off." },
        ...{ remedy: "Switch them on.", command: "aws organizations enable" },
      },
    ]);
  });

  it("what many accounts cost each run is a warning, with the way out of it", () => {
    expect(costChecks(settings)).to.eql([]);
    const accounts = Array.from({ length: 60 }, (_, index) => [`a${index}`, String(500000000000 + index)]);
    const [check, ...others] = costChecks({
      ...settings,
      developmentAccounts: Object.fromEntries(accounts) as Record<string, string>,
    });
    expect(others).to.eql([]);
    expect(check).to.include({ name: "many-accounts", level: "warning" });
    expect(check?.fact).to.contain("60 development accounts take each run that changes something about 4.0 GB");
    expect(check?.remedy).to.contain("mfa-admin:roles: shared");
  });

  it("a shared role is a line for all accounts, and one for each where it is not as the settings say", () => {
    const role = (accountId: string, state: RoleInAccount["state"], more: Partial<RoleInAccount> = {}) => ({
      ...{ accountId, state, drifted: false, organizationalUnit: "ou-abcd-11111111" },
      ...more,
    });
    const roles = [
      role("333333333333", "current"),
      role("444444444444", "failed", { reason: "AccessDenied" }),
      role("555555555555", "current", { drifted: true }),
      role("666666666666", "suspended"),
      role("777777777777", "pending"),
    ];
    expect(
      rolloutChecks(roles, settings).map(({ level, account = "", fact }) => `${level} ${account}: ${fact}`),
    ).to.eql([
      "ok : The shared role is in 2 of 4 accounts.",
      "warning payments: The shared role could not be made as the settings say in payments (444444444444): AccessDenied",
      "warning 555555555555: The shared role was changed outside the stack set in 555555555555, as AWS has found.",
      "warning 777777777777: The shared role is still on its way in 777777777777.",
    ]);
    expect(rolloutChecks(undefined, settings)).to.eql([
      { name: "shared-role", level: "ok", fact: "The shared role is not made yet; up makes it." },
    ]);
  });

  it("a right that is missing is a line that names it", async () => {
    const error = new Error("User: arn is not authorized to perform: iam:GetAccountSummary on resource: *");
    error.name = "AccessDeniedException";
    const [check] = await looked({ name: "quota", account: "auth" }, () => Promise.reject(error));
    expect(check).to.deep.include({
      ...{ name: "quota", account: "auth", level: "unknown" },
      remedy:
        "The right iam:GetAccountSummary is missing; mfa-admin init --ci github writes the policies that have it.",
    });
  });

  it("credentials are told by what names them, in the order in which they are looked for", () => {
    const keys = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
    expect(sourceOfCredentials({ ...keys, AWS_PROFILE: "main" })).to.equal("the profile main (AWS_PROFILE)");
    expect(sourceOfCredentials({ ...keys, AWS_DEFAULT_PROFILE: "other" })).to.contain("AWS_ACCESS_KEY_ID");
    expect(sourceOfCredentials({ AWS_WEB_IDENTITY_TOKEN_FILE: "/token" })).to.contain("web identity");
    expect(sourceOfCredentials({})).to.contain("the profile default");
  });

  it("the roster's need is what the stack does not have yet", () => {
    const before = {
      held: [held("auth", "user", "alice"), held("auth", "group", "all"), held("payments", "role", "r", "bob")],
    };
    expect(needIn("auth", settings, before)).to.deep.include({ users: 1, groups: 0, policies: 1 });
    expect(needIn("payments", settings, before)).to.deep.include({ roles: 1, perRole: 1 });
    expect(needIn("sandbox", settings, undefined).roles).to.equal(1);
  });

  it("a quota that is not enough is a failure for each; one that AWS does not tell is passed over", () => {
    const summary = { Users: 4999, UsersQuota: 5000, GroupsQuota: 300, AttachedPoliciesPerRoleQuota: 1 };
    const checks = quotaChecks("auth", summary, { users: 2, groups: 1, perRole: 2, policies: 7 });
    expect(checks.map(({ level, fact }) => `${level}: ${fact}`)).to.eql([
      "failure: In auth, IAM's quota is not enough: 4999 of 5000 users, 2 to come.",
      "failure: In auth, IAM's quota is not enough: 2 of 1 managed policies on a role.",
    ]);
    expect(quotaChecks("auth", summary, { users: 1 })).to.eql([
      { name: "quota", account: "auth", level: "ok", fact: "In auth: 4999 of 5000 users, 1 to come." },
    ]);
    expect(quotaChecks("auth", {}, { users: 1 })).to.eql([]);
  });

  it("a unit takes ten service control policies", () => {
    const others = Array.from({ length: 10 }, (_, index) => `other-${index}`);
    expect(roomCheck("ou-a", others, ["mfa-admin-require-mfa"]).level).to.equal("failure");
    expect(roomCheck("ou-a", others.slice(1), ["mfa-admin-require-mfa"]).level).to.equal("ok");
    expect(roomCheck("ou-a", others, ["other-1"]).level).to.equal("ok");
  });

  it("the policies' lengths are told", () => {
    const [check] = sizeChecks({ ...settings, guardRails: ["roles"] });
    expect(check?.fact).to.match(/^Of 10240 characters: mfa-admin-require-mfa \d+, mfa-admin-guard-rails \d+\.$/);
  });

  it("what is shut out is a row for each way in, the one that was used last on top, the roles with it", () => {
    const rows = impactRows([
      {
        ...{ kind: "shut-out", refused: true, consent: "needed", account: "sandbox", accountId: "333333333333" },
        users: [
          { name: "sandbox/old", credentials: [{ kind: "access key", lastUsedAt: "2026-01-01T00:00:00.000Z" }] },
          { name: "sandbox/root", credentials: [{ kind: "root access key" }] },
          { name: "sandbox/bot", credentials: [{ kind: "access key", lastUsedAt: "2026-11-01T00:00:00.000Z" }] },
        ],
        roles: [{ name: "deploy", lastUsedAt: "2026-10-01T00:00:00.000Z" }],
      },
    ]);
    expect(rows.map(({ who, by, consent }) => [who, by, consent])).to.eql([
      ["bot", "access key", "needed"],
      ["deploy", "role", "not needed"],
      ["old", "access key", "needed"],
      ["root", "root access key", "needed"],
    ]);
    expect(rows[3]?.lastUseUnknown).to.equal(true);
  });

  it("reads as a line each, what to do below it, and the sum of it last", () => {
    const checks = [
      { name: "node", level: "ok" as const, fact: "Node 24." },
      { name: "units", level: "failure" as const, fact: "No unit.", remedy: "Correct it.", command: "aws list" },
      { name: "quota", level: "unknown" as const, fact: "AccessDenied" },
    ];
    const diagnosis = { version: 1 as const, stack: "main", ready: false, complete: false, checks, impact: [] };
    expect(diagnosisText(diagnosis, stream)).to.equal(
      [
        "ok        Node 24.",
        "failure   No unit.",
        "          Correct it.",
        "            aws list",
        "not seen  AccessDenied",
        "",
        "1 failure: up would be refused. 1 thing could not be looked at.",
      ].join("\n"),
    );
  });
});
