import { expect } from "chai";

import { isCanary } from "../../../../cli/aws/identities.ts";
import { told } from "../../../../cli/verify/canary/attempts.ts";
import { canariesFor, canaryPolicy, planText } from "../../../../cli/verify/canary/plan.ts";
import { brokenTries } from "../../../../cli/verify/finding.ts";
import * as made from "../documents.ts";

const { auth, sandbox } = made;
const [inSandbox, inAuth] = canariesFor("sandbox", made.settingsWith(), "0a1b2c3d") as [
  ReturnType<typeof canariesFor>[number],
  ReturnType<typeof canariesFor>[number],
];

describe("the canaries of verify --live", () => {
  it("are a user who may do what it tries and nothing else, and one who is a developer; both change themselves at most", () => {
    expect(inSandbox.allowed.flatMap(({ Action = [] }) => Action).sort()).to.eql(
      [...new Set(inSandbox.tried.map(({ action }) => action))].sort(),
    );
    expect(inAuth).to.deep.include({ groups: ["mfa-admin-developers"], allowed: [], accountId: auth });
    for (const { tried, arn } of [inSandbox, inAuth]) {
      const changing = tried.filter(({ action }) => !/:(Get|List|AssumeRole)/.test(action));
      expect(changing.map(({ resource }) => resource).every((resource) => resource === arn)).to.equal(true);
      expect(changing).not.to.eql([]);
    }
    expect(inAuth.tried.at(-1)?.action).to.equal("iam:AttachUserPolicy");
    expect(inAuth.tried.some(({ action }) => action === "iam:CreateAccessKey")).to.equal(false);
    const hardened = canariesFor("sandbox", made.settingsWith({ accessKeys: "with-mfa" }))[1];
    expect(hardened?.tried.some(({ action }) => action === "iam:CreateAccessKey")).to.equal(true);
  });

  it("try no role where nobody on the roster has one", () => {
    const tried = canariesFor("sandbox", made.settingsWith({ developers: {} })).flatMap((one) => one.tried);
    const roles = tried.flatMap(({ action, resource }) => (action === "sts:AssumeRole" ? [resource] : []));
    expect(roles).to.eql([`arn:aws:iam::${sandbox}:role/OrganizationAccountAccessRole`]);
  });

  it("end by themselves", () => {
    const until = new Date("2026-11-28T12:15:00Z");
    expect(canaryPolicy(inAuth, until).Statement).to.eql([
      {
        ...{ Sid: "DenyAfterTheTry", Effect: "Deny", Action: "*", Resource: "*" },
        Condition: { DateGreaterThanEquals: { "aws:CurrentTime": "2026-11-28T12:15:00.000Z" } },
      },
    ]);
  });

  it("are told in full before they are made", () => {
    const text = planText([inSandbox, inAuth]);
    for (const { userName, account, accountId, tried } of [inSandbox, inAuth]) {
      expect(text).to.contain(`- the IAM user ${userName} in ${account} (${accountId}), `);
      for (const { action } of tried) expect(text).to.contain(action);
    }
  });

  it("are known by name and tag together", () => {
    const tags = { "mfa-admin:canary": "main" };
    const user = (name: string, given = {}) => made.identity("user", name, given);
    expect(isCanary(user("mfa-admin-canary-0a1b2c3d", { tags }))).to.equal(true);
    expect(isCanary(user("mfa-admin-canary-0a1b2c3d"))).to.equal(false);
    expect(isCanary(user("eve", { tags }))).to.equal(false);
  });

  it("prove nothing by a refusal for want of what they were given, which is waited for", () => {
    const refused = (reason: string) => ({
      got: "denied" as const,
      words: `is not authorized to perform: x ${reason}`,
    });
    const want = refused("because no identity-based policy allows the iam:ListUsers action");
    const denied = refused("with an explicit deny in a service control policy");
    const listing = { action: "iam:ListUsers", expected: "denied" as const };
    expect(told(listing, inSandbox, denied)).to.equal(denied);
    expect(() => told(listing, inSandbox, want)).to.throw("what the canary was given is not in force");
    expect(told(listing, inAuth, want)).to.equal(want);
    expect(() => told({ action: "iam:GetUser", expected: "allowed" }, inAuth, denied)).to.throw("is not in force");
    expect(told(listing, inSandbox, { got: "allowed", words: "" }).got).to.equal("allowed");
  });

  it("make one finding of all that one key could do", () => {
    const line = (action: string, holds: boolean) => ({
      ...{ account: "sandbox", who: "an IAM user", credentials: "access key" as const, action, resource: "*" },
      ...{ expected: "denied" as const, got: holds ? ("denied" as const) : ("allowed" as const), words: "", holds },
    });
    const [finding, ...others] = brokenTries([
      line("iam:ListUsers", false),
      line("iam:ListRoles", false),
      line("x", true),
    ]);
    expect(others).to.eql([]);
    expect(finding?.name).to.equal("live/sandbox/an-iam-user/access-key");
    expect(finding?.fact).to.equal(
      "Really tried in sandbox: an IAM user, by an access key, could do iam:ListUsers, iam:ListRoles.",
    );
  });
});
