import { expect } from "chai";

import { type ControlPolicies, hierarchyOf } from "../../../cli/matrix/control-policies.ts";
import { plannedPolicies, settingsOfBoth, withPlanned } from "../../../cli/matrix/planned.ts";
import { turnedLines } from "../../../cli/matrix/turned.ts";
import type { StackResource } from "../../../cli/changes/resource.ts";
import { warningText } from "../../../cli/report/wording.ts";
import type { MatrixLine } from "../../../cli/results/verify.ts";
import { serviceControlPolicy } from "../../../infra/policies.ts";
import * as made from "../verify/documents.ts";

const { auth, sandbox } = made;
const unit = "ou-abcd-11111111";
const name = "mfa-admin-require-mfa";
const policy = (content: unknown, targetIds = [unit]) => ({ name, type: "SERVICE_CONTROL_POLICY", content, targetIds });
const weak = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "s3:*", Resource: "*" }] };
const identity = { account: "management", type: "service control policy", name };
const [strong, weakened] = [policy(serviceControlPolicy()), policy(weak)];
const shield: StackResource = { ...identity, operation: "update", before: strong, after: weakened };
const shieldText = JSON.stringify(serviceControlPolicy());

describe("the policies that a run changes", () => {
  const planned = (...resources: StackResource[]) => plannedPolicies({ resources });

  it("are none where it changes no document and no place, or makes everything first", () => {
    expect(planned({ ...shield, after: strong })).to.equal(undefined);
    expect(planned({ ...shield, operation: "same" })).to.equal(undefined);
    expect(planned({ ...identity, operation: "create", after: strong })).to.equal(undefined);
    const user = { ...shield, type: "user", name: "alice", account: "auth", before: {}, after: {} };
    expect(planned({ ...shield, operation: "same" }, user)).to.equal(undefined);
  });

  it("stand in the place of those that AWS has, where they are to be attached", () => {
    const own = { name, type: "SERVICE_CONTROL_POLICY" as const, content: shieldText };
    const full = { name: "FullAWSAccess", type: "SERVICE_CONTROL_POLICY" as const, content: "full" };
    const path = [
      { id: "r-abcd", policies: [full] },
      { id: unit, policies: [full, own] },
      { id: sandbox, policies: [full] },
    ];
    const above: ControlPolicies = {
      ...{ rootId: "r-abcd", types: ["SERVICE_CONTROL_POLICY"], names: new Set([name]), states: new Map() },
      levels: new Map([[sandbox, path]]),
    };
    const then = (...resources: StackResource[]): string[][] => {
      const changed = planned(...resources);
      if (changed === undefined) throw new Error("nothing is planned");
      return hierarchyOf(withPlanned(above, changed), sandbox);
    };
    expect(then(shield)).to.eql([["full"], ["full", JSON.stringify(weak)], ["full"]]);
    const moved = { ...shield, after: policy(serviceControlPolicy(), [sandbox]) };
    expect(then(moved)).to.eql([["full"], ["full"], ["full", shieldText]]);
    expect(then({ ...identity, operation: "delete", before: strong })).to.eql([["full"], ["full"], ["full"]]);
  });

  it("bring along the lines of guard rails, exemptions and ages of MFA that there were", () => {
    const exempting = serviceControlPolicy([{ arn: `arn:aws:iam::${sandbox}:user/smtp`, until: "2099-03-31" }]);
    const guarded = { Version: "2012-10-17", Statement: [{ Sid: "GuardRoot", Effect: "Deny" }] };
    const developerPolicy = { Condition: { NumericLessThan: { "aws:MultiFactorAuthAge": "60" } } };
    const before = { controlContents: [exempting, guarded], developerPolicy };
    const both = settingsOfBoth(made.settingsWith({ guardRails: ["roles"] }), { before });
    expect(both.guardRails).to.eql(["roles", "root"]);
    expect(both.exempt).to.eql({ "sandbox/smtp": { until: "2099-03-31", reason: "" } });
    expect(both.mfaMaxAge).to.be.a("number");
  });
});

describe("lines of the matrix that turn", () => {
  const lines = (got: "allowed" | "denied"): MatrixLine[] =>
    (["access key", "session without MFA"] as const).flatMap((credentials) =>
      ["iam:CreateAccessKey", "iam:DeleteAccessKey"].map((action) => ({
        ...{ account: "auth", who: "developer alice", credentials, action, expected: "denied" as const },
        ...{ resource: `arn:aws:iam::${auth}:user/alice`, got, holds: true },
      })),
    );

  it("are told once for all credentials, accounts and actions that are alike", () => {
    const turned = turnedLines(lines("denied"), lines("allowed"), made.settingsWith());
    expect(turned.map((one) => warningText(one, (text) => text))).to.eql([
      "Developer alice, without MFA, in auth: iam:CreateAccessKey and iam:DeleteAccessKey on user/alice: refused today, allowed after this change.",
    ]);
    expect(turnedLines(lines("denied"), lines("denied"), made.settingsWith())).to.eql([]);
    const root = (account: string, got: "allowed" | "denied"): MatrixLine => ({
      ...{ account, who: "the root user", credentials: "session with MFA", action: "ec2:DescribeInstances" },
      ...{ expected: "denied", resource: "*", got, holds: true },
    });
    const both = ["sandbox", "payments"];
    const settings = made.settingsWith();
    const [one, ...others] = turnedLines(
      both.map((account) => root(account, "allowed")),
      both.map((account) => root(account, "denied")),
      settings,
    );
    expect(others).to.eql([]);
    expect(one).to.deep.include({ accounts: both, credentials: ["session with MFA"], from: "allowed", to: "denied" });
  });
});
