import { expect } from "chai";

import type { Identity } from "../../../cli/aws/identities.ts";
import { brokenLines, withAccepted } from "../../../cli/verify/finding.ts";
import { authComparison, rolesComparison, strangers } from "../../../cli/verify/given.ts";
import type { MatrixLine } from "../../../cli/results/verify.ts";
import * as made from "./documents.ts";

const { auth, sandbox } = made;
const settings = made.settingsWith();
const allowAll = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
const denyAll = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };

/** The findings where one identity of the auth account differs. */
const changed = (name: string, change: Partial<Identity>, ...more: Identity[]): string[] =>
  authComparison(
    made.authAccount((one) => (one.name === name ? { ...one, ...change } : one), ...more),
    settings,
  ).findings.map((finding) => `${finding.name}: ${/give: (.*)\.$/.exec(finding.fact)?.[1] ?? ""}`);

describe("what developers are given", () => {
  it("is what the stack gives them, on an untouched stack", () => {
    const { findings, compared } = authComparison(made.authAccount(), settings);
    expect(findings).to.eql([]);
    expect(compared.map(({ what, holds }) => `${what} ${String(holds)}`)).to.eql([
      "managed policy mfa-admin-developer true",
      "group mfa-admin-developers true",
      "policies of user alice true",
      "policies of user bob true",
    ]);
    expect(rolesComparison(made.developmentAccount(), settings).findings).to.eql([]);
  });

  it("may be more by a policy, a group or another text of the developers' policy", () => {
    const inlinePolicies = [{ name: "more", document: allowAll }];
    expect(changed("alice", { inlinePolicies })).to.eql(["developer-permissions/auth/alice: inline policy more"]);
    expect(changed("bob", { managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess"] })).to.eql([
      "developer-permissions/auth/bob: arn:aws:iam::aws:policy/AdministratorAccess",
    ]);
    expect(changed("bob", { groups: ["mfa-admin-developers", "admins"] })).to.eql([
      "developer-permissions/auth/bob: group admins",
    ]);
    expect(changed("mfa-admin-developers", { inlinePolicies })).to.eql(["developers-group/auth: inline policy more"]);
    expect(changed("mfa-admin-developer", { document: allowAll })).to.eql(["developers-policy/auth: "]);
  });

  it("is no more by what only denies: a quarantine, a cut-off, a group of those who are suspended", () => {
    const quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    expect(
      changed("alice", {
        managedPolicies: [quarantine],
        inlinePolicies: [{ name: "AWSRevokeOlderSessions", document: denyAll }],
      }),
    ).to.eql([]);
    const suspended = made.identity("group", "suspended", { inlinePolicies: [{ name: "deny", document: denyAll }] });
    expect(changed("alice", { groups: ["mfa-admin-developers", "suspended"] }, suspended)).to.eql([]);
  });

  it("is a role for one, with the settings' policies and boundary", () => {
    const boundary = `arn:aws:iam::${sandbox}:policy/limit`;
    const found = (change: Partial<Identity>, given: object = {}): string[] => {
      const account = made.developmentAccount();
      account.identities[1] = { ...made.roleOf("alice"), ...change };
      return rolesComparison(account, made.settingsWith({ developers: { alice: {} }, ...given })).findings.map(
        ({ name }) => name,
      );
    };
    const trust = made.trustOf({ AWS: `arn:aws:iam::${auth}:user/alice` });
    expect(found({ document: trust })).to.eql(["developer-role/sandbox/developer-alice"]);
    expect(found({ document: made.trustOf({ AWS: "AIDAEXAMPLE" }) })).to.eql([]);
    expect(found({ document: denyAll })).to.eql([]);
    expect(found({ managedPolicies: ["arn:aws:iam::aws:policy/IAMFullAccess"] })).to.eql([
      "role-permissions/sandbox/developer-alice",
    ]);
    const limited = { permissionsBoundary: "arn:aws:iam::*:policy/limit" };
    expect(found({}, limited)).to.eql(["role-permissions/sandbox/developer-alice"]);
    expect(found({ boundary }, limited)).to.eql([]);
  });
});

describe("who is there besides", () => {
  const machine = made.identity("user", "smtp");
  const account = { ...made.developmentAccount(machine), keys: new Map([["smtp", 2]]), hasRootKey: true };

  it("is every user who is not on the roster, with the keys, and a root key", () => {
    const [user, key] = strangers(account, settings);
    expect(user?.name).to.equal("user/sandbox/smtp");
    expect(user?.fact).to.equal("The IAM user smtp in sandbox is not on the roster, and has 2 active access keys.");
    expect(key?.name).to.equal("root-key/sandbox");
    const eve = made.identity("user", "eve", { arn: `arn:aws:iam::${auth}:user/eve` });
    expect(strangers(made.authAccount(undefined, eve), settings).map(({ name }) => name)).to.eql(["user/auth/eve"]);
  });

  it("is accepted while the settings exempt it, or until the last day of what is known and meant", () => {
    const exempt = made.settingsWith({ exempt: { "sandbox/smtp": { until: "2027-03-31", reason: "mail" } } });
    const on = (day: string, given = exempt): unknown => strangers(account, given, new Date(day))[0]?.accepted;
    expect(on("2027-03-31")).to.eql({ reason: "exempt by the settings: mail", until: "2027-03-31" });
    expect(on("2027-04-01")).to.equal(undefined);

    const accepted = made.settingsWith({
      accepted: { "user/sandbox/smtp": { reason: "known", until: "2027-03-31" }, "user/auth/eve": { reason: "gone" } },
    });
    const at = (day: string) => withAccepted(strangers(account, accepted), accepted, new Date(day));
    expect(at("2027-03-31").findings[0]?.accepted).to.eql({ reason: "known", until: "2027-03-31" });
    expect(at("2027-04-01").findings[0]?.accepted).to.equal(undefined);
    expect(at("2027-04-01").findings[0]?.fact).to.contain("It was accepted until 2027-03-31.");
    expect(at("2027-03-31").notFound).to.eql(["user/auth/eve"]);
  });
});

describe("lines of the matrix that come out otherwise", () => {
  it("are one finding for each caller, and none where nothing could be asked", () => {
    const line: MatrixLine = {
      ...{
        account: "sandbox",
        who: "an IAM user who may do everything",
        credentials: "access key",
        action: "iam:ListUsers",
      },
      ...{ resource: "*", expected: "denied", got: "allowed", holds: false },
    };
    const works: MatrixLine = {
      ...line,
      who: "the access role",
      credentials: "role session",
      expected: "allowed",
      got: "denied",
    };
    const { account, action, resource } = line;
    const notAsked: MatrixLine = {
      account,
      action,
      resource,
      who: "x",
      credentials: "access key",
      expected: "denied",
      holds: false,
    };
    const lines = [
      line,
      { ...line, action: "iam:CreateUser" },
      { ...works, decidedBy: "service control policy" as const },
    ];
    expect(brokenLines([...lines, notAsked, { ...line, holds: true }]).map(({ name, fact }) => [name, fact])).to.eql([
      [
        "matrix/sandbox/an-iam-user-who-may-do-everything/access-key/may",
        "An IAM user who may do everything, by an access key, may in sandbox: iam:ListUsers, iam:CreateUser.",
      ],
      [
        "matrix/sandbox/the-access-role/role-session/may-not",
        "The access role, by a role session, may not in sandbox: iam:ListUsers.",
      ],
    ]);
  });
});
