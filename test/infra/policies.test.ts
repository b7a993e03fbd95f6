import { expect } from "chai";

import {
  denyEverything,
  denyFrom,
  denyOlderSessions,
  denyWhileLocked,
  developerPolicy,
  developerRoleTrust,
  lockOf,
  lockReasonProblem,
  type PolicyDocument,
  serviceControlPolicy,
} from "../../infra/policies.ts";
import { isAllowed, type Question } from "../support/decision.ts";

const user = (name: string): string => `arn:aws:iam::222222222222:user/${name}`;
const device = (name: string): string => `arn:aws:iam::222222222222:mfa/${name}`;
const role = (name: string): string => `arn:aws:iam::333333333333:role/${name}`;

async function expectAllowed(question: Question): Promise<void> {
  expect(await isAllowed(question), `${question.action} on ${question.resource}`).to.equal(true);
}

async function expectDenied(question: Question): Promise<void> {
  expect(await isAllowed(question), `${question.action} on ${question.resource}`).to.equal(false);
}

describe("the service control policy", () => {
  const instances = { action: "ec2:DescribeInstances", resource: "*", serviceControl: serviceControlPolicy() };
  const machineUser = "arn:aws:iam::333333333333:user/ci-bot";

  describe("DenyWithoutMFAExcludeAssumedRole", () => {
    it("denies a leaked long-term key everything, which carries no MFA key at all", () =>
      expectDenied({ ...instances, principal: machineUser }));
    it("denies a session made without a token code", () =>
      expectDenied({ ...instances, principal: machineUser, mfa: "false" }));
    it("lets an IAM user through who carries MFA", () =>
      expectAllowed({ ...instances, principal: machineUser, mfa: "true" }));
    it("lets an assumed role through, whose sessions carry no MFA", () =>
      expectAllowed({
        ...instances,
        principal: "arn:aws:sts::333333333333:assumed-role/developer-alice/alice",
        principalType: "AssumedRole",
      }));
  });

  describe("with users who are exempt until a day", () => {
    const exempt = (name: string, until: string) => ({ arn: `arn:aws:iam::333333333333:user/${name}`, until });
    const serviceControl = serviceControlPolicy([exempt("mail/smtp", "2027-03-31"), exempt("backup", "2027-12-31")]);
    const at = (principal: string, time: string, mfa?: "true" | "false"): Question => ({
      ...{ action: "ec2:DescribeInstances", resource: "*", serviceControl, principal },
      ...(mfa !== undefined && { mfa }),
      context: { "aws:CurrentTime": time },
    });
    const smtp = "arn:aws:iam::333333333333:user/mail/smtp";
    const [lastSecond, end] = ["2027-03-31T23:59:59Z", "2027-04-01T00:00:00Z"];

    it("has a statement more for each day", () => {
      expect(serviceControl.Statement.map(({ Sid }) => Sid)).to.eql([
        "DenyWithoutMFAExcludeAssumedRole",
        "DenyWithoutMFAFrom20270401",
        "DenyWithoutMFAFrom20280101",
      ]);
    });
    it("lets them through without MFA to the end of that day, UTC", async () => {
      await expectAllowed(at(smtp, lastSecond));
      await expectAllowed(at(smtp, lastSecond, "false"));
    });
    it("denies them from then on, unless they carry MFA", async () => {
      await expectDenied(at(smtp, end));
      await expectDenied(at(smtp, "2030-01-01T12:00:00Z"));
      await expectAllowed(at(smtp, end, "true"));
    });
    it("lets one whose day is later go on", () => expectAllowed(at("arn:aws:iam::333333333333:user/backup", end)));
    it("denies others as ever: another user, the same name in another account or under no path, and root", async () => {
      for (const principal of [
        machineUser,
        "arn:aws:iam::444444444444:user/mail/smtp",
        "arn:aws:iam::333333333333:user/smtp",
        "arn:aws:iam::333333333333:root",
      ]) {
        await expectDenied(at(principal, lastSecond));
        await expectDenied(at(principal, end));
      }
    });
    it("lets role sessions through, before and after", async () => {
      const session = "arn:aws:sts::333333333333:assumed-role/developer-alice/alice";
      for (const time of [lastSecond, end]) {
        await expectAllowed({ ...at(session, time), principalType: "AssumedRole" });
      }
    });
  });

  it("with nobody exempt is the article's to the letter", () => {
    expect(serviceControlPolicy([])).to.eql({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "DenyWithoutMFAExcludeAssumedRole",
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: {
            StringNotEquals: { "aws:PrincipalType": "AssumedRole" },
            BoolIfExists: { "aws:MultiFactorAuthPresent": "false" },
          },
        },
      ],
    });
  });

  it("is within the 10,240 characters that AWS documents", () => {
    expect(JSON.stringify(serviceControlPolicy()).length).to.be.below(10_240);
  });
});

describe("the developer policy", () => {
  const asDeveloper = { identity: [developerPolicy({ rolePrefix: "developer" })] };

  describe("AllowSelfManagementOfMFA", () => {
    for (const action of ["iam:CreateVirtualMFADevice"]) {
      it(`allows ${action} for the device named like the user, without MFA`, () =>
        expectAllowed({ ...asDeveloper, action, resource: device("alice") }));
      it(`denies ${action} for a device of another name`, () =>
        expectDenied({ ...asDeveloper, action, resource: device("bob"), mfa: "true" }));
    }
    for (const action of ["iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"]) {
      it(`allows ${action} on the own user, without MFA`, () =>
        expectAllowed({ ...asDeveloper, action, resource: user("alice") }));
      it(`denies ${action} on another user, even with MFA`, () =>
        expectDenied({ ...asDeveloper, action, resource: user("bob"), mfa: "true" }));
    }
    for (const action of ["iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice"]) {
      const resource = action === "iam:DeactivateMFADevice" ? user("alice") : device("alice");
      it(`denies ${action} on the own device, even with MFA`, async () => {
        await expectDenied({ ...asDeveloper, action, resource });
        await expectDenied({ ...asDeveloper, action, resource, mfa: "true" });
      });
    }
  });

  describe("AllowManageOwnPasswords and AllowManageOwnAccessKeys", () => {
    for (const action of [
      "iam:ChangePassword",
      "iam:GetUser",
      "iam:CreateAccessKey",
      "iam:DeleteAccessKey",
      "iam:ListAccessKeys",
      "iam:UpdateAccessKey",
    ]) {
      it(`allows ${action} on the own user, without MFA`, () =>
        expectAllowed({ ...asDeveloper, action, resource: user("alice") }));
      it(`denies ${action} on another user, even with MFA`, () =>
        expectDenied({ ...asDeveloper, action, resource: user("bob"), mfa: "true" }));
    }
  });

  describe("DenyNoMFAWithoutSelfManagementOfMFA", () => {
    const administrator: PolicyDocument = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    };
    const both = { identity: [developerPolicy({ rolePrefix: "developer" }), administrator] };
    it("denies everything else without MFA, whatever another policy allows", async () => {
      await expectDenied({ ...both, action: "iam:ListUsers", resource: "*" });
      await expectDenied({ ...both, action: "iam:ListUsers", resource: "*", mfa: "false" });
      await expectDenied({ ...both, action: "iam:CreateUser", resource: user("mallory") });
    });
    it("stands aside with MFA", () => expectAllowed({ ...both, action: "iam:ListUsers", resource: "*", mfa: "true" }));
    it("stands aside for what enrolment needs", () =>
      expectAllowed({ ...both, action: "iam:ListMFADevices", resource: user("alice") }));
  });

  describe("AllowAssumeRoleWithMFA", () => {
    const assume = {
      ...asDeveloper,
      action: "sts:AssumeRole",
      trust: developerRoleTrust({ authAccount: "222222222222" }, "alice"),
      context: { "sts:RoleSessionName": "alice" },
    };
    it("allows the developer's own role with MFA", () =>
      expectAllowed({ ...assume, resource: role("developer-alice"), mfa: "true" }));
    it("denies it without MFA, or with a session that has none", async () => {
      await expectDenied({ ...assume, resource: role("developer-alice") });
      await expectDenied({ ...assume, resource: role("developer-alice"), mfa: "false" });
    });
    it("denies every other role, whoever it trusts", async () => {
      await expectDenied({ ...assume, resource: role("developer-bob"), mfa: "true" });
      await expectDenied({ ...assume, resource: role("OrganizationAccountAccessRole"), mfa: "true" });
    });
  });

  it("names no action or resource by a wildcard in what it allows", () => {
    const allowed = developerPolicy({ rolePrefix: "developer" }).Statement.filter(({ Effect }) => Effect === "Allow");
    expect(allowed.flatMap(({ Action = [] }) => Action).filter((action) => action.includes("*"))).to.deep.equal([]);
    expect(
      allowed.flatMap(({ Resource = [] }) => Resource).filter((arn) => !arn.endsWith("${aws:username}")),
    ).to.deep.equal([]);
  });
});

describe("the developer policy with accessKeys: with-mfa", () => {
  const asDeveloper = { identity: [developerPolicy({ rolePrefix: "developer", accessKeys: "with-mfa" })] };
  const own = { ...asDeveloper, resource: user("alice") };
  const administrator: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  };

  describe("AllowManageOwnAccessKeysWithMFA", () => {
    for (const action of [
      "iam:CreateAccessKey",
      "iam:DeleteAccessKey",
      "iam:ListAccessKeys",
      "iam:UpdateAccessKey",
      "iam:GetAccessKeyLastUsed",
    ]) {
      it(`allows ${action} on the own user with MFA`, () => expectAllowed({ ...own, action, mfa: "true" }));
      it(`denies ${action} to a key, and to a session without MFA, whatever another policy allows`, async () => {
        const both = { ...own, action, identity: [...own.identity, administrator] };
        await expectDenied(both);
        await expectDenied({ ...both, mfa: "false" });
      });
      it(`denies ${action} on another user, even with MFA`, () =>
        expectDenied({ ...asDeveloper, action, resource: user("bob"), mfa: "true" }));
    }
  });

  describe("AllowManageOwnPasswords and AllowViewPasswordPolicy", () => {
    it("let the one-time password be changed at the first sign-in, whose session has no MFA", async () => {
      await expectAllowed({ ...own, action: "iam:ChangePassword", mfa: "false" });
      await expectAllowed({ ...asDeveloper, action: "iam:GetAccountPasswordPolicy", resource: "*", mfa: "false" });
    });
    it("let everybody see the own user, by a key too, and nobody another's", async () => {
      await expectAllowed({ ...own, action: "iam:GetUser" });
      await expectDenied({ ...asDeveloper, action: "iam:GetUser", resource: user("bob"), mfa: "true" });
      await expectDenied({ ...asDeveloper, action: "iam:ChangePassword", resource: user("bob"), mfa: "true" });
    });
  });

  describe("AllowSelfManagementOfMFA", () => {
    it("lets the first device be assigned in the console, named like the user", async () => {
      const create = { ...asDeveloper, action: "iam:CreateVirtualMFADevice", mfa: "false" as const };
      await expectAllowed({ ...create, resource: device("alice") });
      await expectDenied({ ...create, resource: device("bob") });
      await expectAllowed({ ...own, action: "iam:EnableMFADevice", mfa: "false" });
    });
    it("lets a key see and resynchronize devices", async () => {
      await expectAllowed({ ...own, action: "iam:ListMFADevices" });
      await expectAllowed({ ...own, action: "iam:ResyncMFADevice" });
    });
    for (const action of ["iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice"]) {
      it(`denies ${action} on the own device, even with MFA`, async () => {
        const resource = action === "iam:DeactivateMFADevice" ? user("alice") : device("alice");
        await expectDenied({ ...asDeveloper, action, resource });
        await expectDenied({ ...asDeveloper, action, resource, mfa: "true" });
      });
    }
  });

  describe("DenyPasswordAndDeviceByAccessKey", () => {
    for (const [action, resource] of [
      ["iam:ChangePassword", user("alice")],
      ["iam:CreateVirtualMFADevice", device("alice")],
      ["iam:EnableMFADevice", user("alice")],
    ] as const) {
      it(`denies ${action} to a long-term key, whatever another policy allows, and to no session with MFA`, async () => {
        await expectDenied({ action, resource, identity: [...own.identity, administrator] });
        await expectAllowed({ ...asDeveloper, action, resource, mfa: "true" });
      });
    }
  });

  describe("DenyAllExceptEnrolmentWithoutMFA", () => {
    const both = { identity: [...asDeveloper.identity, administrator] };
    it("denies everything else without MFA, DeactivateMFADevice too, whatever another policy allows", async () => {
      for (const action of ["iam:ListUsers", "iam:CreateUser", "iam:DeactivateMFADevice", "sts:AssumeRole"]) {
        const resource =
          action === "sts:AssumeRole" ? role("developer-alice") : action === "iam:ListUsers" ? "*" : user("bob");
        await expectDenied({ ...both, action, resource });
        await expectDenied({ ...both, action, resource, mfa: "false" });
      }
    });
    it("stands aside with MFA, and for GetSessionToken, by which a key gets it", async () => {
      await expectAllowed({ ...both, action: "iam:ListUsers", resource: "*", mfa: "true" });
      await expectAllowed({ ...both, action: "sts:GetSessionToken", resource: "*" });
    });
  });

  it("lets the own role be assumed with MFA, as the article's does", async () => {
    const assume = {
      ...asDeveloper,
      action: "sts:AssumeRole",
      trust: developerRoleTrust({ authAccount: "222222222222" }, "alice"),
      context: { "sts:RoleSessionName": "alice" },
    };
    await expectAllowed({ ...assume, resource: role("developer-alice"), mfa: "true" });
    await expectDenied({ ...assume, resource: role("developer-bob"), mfa: "true" });
  });

  it("is the article's to the letter with accessKeys: article, and without the setting", () => {
    const rolePrefix = "developer";
    const { Statement: statements } = developerPolicy({ rolePrefix });
    expect(statements.map(({ Sid }) => Sid)).to.eql([
      "AllowSelfManagementOfMFA",
      "AllowManageOwnPasswords",
      "AllowManageOwnAccessKeys",
      "DenyNoMFAWithoutSelfManagementOfMFA",
      "AllowAssumeRoleWithMFA",
    ]);
    expect(developerPolicy({ rolePrefix, accessKeys: "article" })).to.eql(developerPolicy({ rolePrefix }));
  });

  it("is within the 6,144 characters of a managed policy", () => {
    const { length } = JSON.stringify(
      developerPolicy({ rolePrefix: "p".repeat(32), accessKeys: "with-mfa", mfaMaxAge: 43200 }),
    );
    expect(length).to.be.below(6144);
  });
});

describe("MFA that has to be younger than mfaMaxAge", () => {
  const mfaMaxAge = 3600;
  const assume = (age?: string, mfa?: "true"): Question => ({
    action: "sts:AssumeRole",
    resource: role("developer-alice"),
    ...(mfa !== undefined && { mfa }),
    context: { "sts:RoleSessionName": "alice", ...(age !== undefined && { "aws:MultiFactorAuthAge": age }) },
  });
  const identity = [developerPolicy({ rolePrefix: "developer", mfaMaxAge })];
  const trust = developerRoleTrust({ authAccount: "222222222222", mfaMaxAge }, "alice");
  const youngTrust = developerRoleTrust({ authAccount: "222222222222" }, "alice");

  for (const [by, policies] of [
    ["the developer policy", { identity, trust: youngTrust }],
    ["the trust policy", { trust }],
  ] as const) {
    it(`is asked for by ${by}`, async () => {
      await expectAllowed({ ...assume("0", "true"), ...policies });
      await expectAllowed({ ...assume("3599", "true"), ...policies });
      await expectDenied({ ...assume("3600", "true"), ...policies });
      await expectDenied({ ...assume("40000", "true"), ...policies });
    });
    it(`is not met by ${by} where the request has no age, or no MFA`, async () => {
      await expectDenied({ ...assume(undefined, "true"), ...policies });
      await expectDenied({ ...assume(), ...policies });
    });
  }
});

describe("the trust policy of a developer's role", () => {
  const assume = {
    action: "sts:AssumeRole",
    resource: role("developer-alice"),
    trust: developerRoleTrust({ authAccount: "222222222222" }, "alice"),
  };

  it("trusts the developer with MFA, under the developer's name", () =>
    expectAllowed({ ...assume, mfa: "true", context: { "sts:RoleSessionName": "alice" } }));
  it("refuses the developer without MFA", async () => {
    await expectDenied({ ...assume, context: { "sts:RoleSessionName": "alice" } });
    await expectDenied({ ...assume, mfa: "false", context: { "sts:RoleSessionName": "alice" } });
  });
  it("refuses a session name that would hide the person in CloudTrail", () =>
    expectDenied({ ...assume, mfa: "true", context: { "sts:RoleSessionName": "botocore-session-1" } }));
  it("refuses everybody else, even an administrator of the auth account with MFA", () =>
    expectDenied({
      ...assume,
      principal: user("bob"),
      mfa: "true",
      context: { "sts:RoleSessionName": "alice", "aws:username": "bob" },
    }));
});

describe("the end of access", () => {
  const end = "2027-02-01T00:00:00Z";
  const [last, after] = ["2027-01-31T23:59:59Z", "2027-02-01T00:00:01Z"];
  const trust = developerRoleTrust({ authAccount: "222222222222" }, "alice", end);
  const assume = (time: string): Question => ({
    ...{ action: "sts:AssumeRole", resource: role("developer-alice"), trust, mfa: "true" },
    context: { "sts:RoleSessionName": "alice", "aws:CurrentTime": time },
  });
  const everything: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  };
  const asked = (time: string): Question => ({
    ...{ action: "ec2:DescribeInstances", resource: "*", identity: [everything, denyFrom(end)] },
    principal: "arn:aws:sts::333333333333:assumed-role/developer-alice/alice",
    principalType: "AssumedRole",
    context: { "aws:CurrentTime": time },
  });

  it("lets the role be assumed until then", () => expectAllowed(assume(last)));
  it("lets nobody in from then on, with MFA, too", async () => {
    await expectDenied(assume(end));
    await expectDenied(assume(after));
  });
  it("DenyFromTheEnd lets an open session go on until then", () => expectAllowed(asked(last)));
  it("DenyFromTheEnd denies everything from then on, also to a session that is open", async () => {
    await expectDenied(asked(end));
    await expectDenied(asked(after));
  });
  it("leaves the trust policy of who has no end as it was", () => {
    expect(JSON.stringify(developerRoleTrust({ authAccount: "222222222222" }, "alice"))).not.to.contain("CurrentTime");
  });
});

describe("the policies of off-boarding", () => {
  const administrator: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  };

  it("DenyEverything denies what every other policy allows, with MFA too", () =>
    expectDenied({
      action: "iam:GetUser",
      resource: user("alice"),
      identity: [administrator, denyEverything()],
      mfa: "true",
    }));

  it("DenyEverything ends the sessions of a role", () =>
    expectDenied({
      action: "ec2:DescribeInstances",
      resource: "*",
      identity: [administrator, denyEverything()],
      principal: "arn:aws:sts::333333333333:assumed-role/developer-alice/alice",
      principalType: "AssumedRole",
    }));

  describe("DenyOlderSessions", () => {
    const before = new Date("2026-11-27T12:00:00Z");
    const request = (context: Record<string, string>): Question => ({
      action: "iam:GetUser",
      resource: user("alice"),
      identity: [administrator, denyOlderSessions(before)],
      mfa: "true",
      context,
    });

    it("denies what a session does that was made before", () =>
      expectDenied(request({ "aws:TokenIssueTime": "2026-11-27T11:59:59Z" })));

    it("allows what a session does that was made after", () =>
      expectAllowed(request({ "aws:TokenIssueTime": "2026-11-27T12:00:00Z" })));

    it("allows what a key does that is no session's", () => expectAllowed(request({})));
  });
});

describe("the lock", () => {
  const since = "2026-11-28T14:00:00Z";
  const until = "2027-02-01T00:00:00Z";
  const everything: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  };
  const asked = (document: PolicyDocument, time: string): Question => ({
    ...{ action: "iam:GetUser", resource: user("alice"), identity: [everything, document] },
    context: { "aws:CurrentTime": time },
  });

  describe("DenyWhileLocked", () => {
    it("denies everything, with MFA, too, and to the sessions of a role", async () => {
      const locked = denyWhileLocked({ since });
      await expectDenied({ ...asked(locked, since), mfa: "true" });
      await expectDenied({
        ...{ action: "ec2:DescribeInstances", resource: "*", identity: [everything, locked] },
        principal: "arn:aws:sts::333333333333:assumed-role/developer-alice/alice",
        principalType: "AssumedRole",
        context: { "aws:CurrentTime": since },
      });
    });
    it("denies until its time, and nothing from then on", async () => {
      const locked = denyWhileLocked({ since, until, reason: "on leave" });
      await expectDenied(asked(locked, "2027-01-31T23:59:59Z"));
      await expectAllowed(asked(locked, until));
    });
  });

  describe("LockNote", () => {
    it("denies nothing to who has not these words for tags", () =>
      expectAllowed(asked(denyWhileLocked({ since, until, reason: "on leave" }), "2027-03-01T00:00:00Z")));
    it("is read back, whatever the words are", () => {
      for (const reason of ["on leave", '50 % "off" \\ ${aws:username}', "休暇中\n退職", "*?"]) {
        for (const lock of [
          { since, reason },
          { since, reason, until },
        ])
          expect(lockOf(denyWhileLocked(lock))).to.eql(lock);
      }
      expect(lockOf(denyWhileLocked({ since }))).to.eql({ since });
    });
    it("has words as a policy takes them, and no variable", () => {
      const text = JSON.stringify(denyWhileLocked({ since, reason: "${aws:username} 休暇" }));
      expect(text).to.match(/^[\x20-\x7e]*$/);
      expect(text).not.to.contain("${");
    });
  });

  it("is no policy that says anything besides, or less", () => {
    const locked = denyWhileLocked({ since });
    const [first, note] = locked.Statement;
    if (first === undefined || note === undefined) expect.fail();
    const other = { ...first, Action: "s3:*" };
    expect(lockOf({ ...locked, Statement: [other, note] })).to.equal(undefined);
    expect(lockOf({ ...locked, Statement: [first, note, { ...first, Effect: "Allow" }] })).to.equal(undefined);
    expect(lockOf(denyEverything())).to.equal(undefined);
    expect(lockOf(undefined)).to.equal(undefined);
  });

  it("leaves room for the longest reason beside the end of sessions in the 2,048 characters of a user's inline policies", () => {
    const longest = "あ".repeat(50);
    expect(lockReasonProblem(longest)).to.equal(undefined);
    const locked = denyWhileLocked({ since, until, reason: longest });
    const all = [locked, locked, denyOlderSessions(new Date(until))].map((document) => JSON.stringify(document));
    expect(all.join("").length).to.be.lessThan(2048);
  });

  it("takes no reason that is none, or has no room", () => {
    expect(lockReasonProblem(" ")).to.equal("say why in a few words");
    expect(lockReasonProblem("\ud800")).to.equal("say why in a few words");
    expect(lockReasonProblem("a".repeat(451))).to.match(/^a reason has 450 characters at most, .* this one has 451$/);
  });
});
