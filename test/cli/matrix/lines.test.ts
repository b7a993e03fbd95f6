import { expect } from "chai";

import { developerClasses } from "../../../cli/matrix/classes.ts";
import { accountLines, authLines, developerLines } from "../../../cli/matrix/lines.ts";
import { type Asked, callsOf } from "../../../cli/aws/simulate.ts";
import { guardRailNames, guardRailPolicy } from "../../../infra/guard-rails.ts";
import { denyOlderSessions, denyWhileLocked } from "../../../infra/policies.ts";
import * as made from "../verify/documents.ts";

const { auth, sandbox } = made;
const settings = made.settingsWith();
const railed = made.settingsWith({ guardRails: [...guardRailNames] });
const alice = [{ names: ["alice", "bob"], policies: ["{}"] }];

/** The kinds of credentials by which an action on a resource is expected to be allowed. */
function allowedBy(lines: Asked[], action: string, resource: string): string[] {
  const found = lines.filter((line) => line.action === action && line.resource === resource);
  expect(found, `${action} ${resource}`).not.to.eql([]);
  return found.flatMap(({ expected, credentials }) => (expected === "allowed" ? [credentials] : []));
}

const any = ["access key", "session without MFA", "session with MFA"];

describe("the matrix", () => {
  it("has what a developer may do by the article: enrol and keep keys without MFA, and the own role with it", () => {
    const may = (action: string, resource: string) => allowedBy(developerLines(settings, alice), action, resource);
    const [own, other] = ["alice", "bob"].map((name) => `arn:aws:iam::${auth}:user/${name}`) as [string, string];
    for (const action of ["iam:CreateAccessKey", "iam:ChangePassword", "iam:EnableMFADevice"]) {
      expect(may(action, own), action).to.eql(any);
      expect(may(action, other), action).to.eql([]);
    }
    expect(may("iam:DeactivateMFADevice", own)).to.eql([]);
    expect(may("iam:CreateVirtualMFADevice", `arn:aws:iam::${auth}:mfa/alice`)).to.eql(any);
    expect(may("sts:AssumeRole", `arn:aws:iam::${sandbox}:role/developer-alice`)).to.eql(["session with MFA"]);
    expect(may("sts:AssumeRole", `arn:aws:iam::${sandbox}:role/developer-bob`)).to.eql([]);
  });

  it("has what the hardened policy takes away without MFA, and the age of MFA", () => {
    const hardened = made.settingsWith({ accessKeys: "with-mfa", mfaMaxAge: 3600 });
    const lines = developerLines(hardened, alice);
    const own = `arn:aws:iam::${auth}:user/alice`;
    expect(allowedBy(lines, "iam:CreateAccessKey", own)).to.eql(["session with MFA"]);
    expect(allowedBy(lines, "iam:EnableMFADevice", own)).to.eql(any.slice(1));
    const old = lines.filter(({ credentials }) => credentials === "session with older MFA");
    expect(old.map(({ action, expected }) => `${action} ${expected}`)).to.eql(["sts:AssumeRole denied"]);
  });

  it("has every action of every guard rail that is chosen, for a session; the access role is exempt where the statement says so", () => {
    const lines = accountLines(railed, "sandbox");
    for (const { Sid, Action = "*", Condition } of guardRailPolicy(railed)?.Statement ?? []) {
      for (const action of [Action].flat().filter((one) => one !== "*")) {
        const [session, access] = ["a session of a developer's role", "the access role"].map((who) =>
          lines.find((line) => line.action === action && line.caller.who === who),
        );
        expect(session?.expected, `${Sid ?? ""} ${action}`).to.equal("denied");
        expect(access?.expected, `${Sid ?? ""} ${action}`).to.equal(Condition === undefined ? undefined : "allowed");
      }
    }
    const root = lines.filter(
      ({ caller, credentials }) => caller.who === "the root user" && credentials.endsWith("with MFA"),
    );
    expect(root.map(({ expected }) => expected))
      .to.include("denied")
      .and.not.to.include("allowed");
    expect(lines.map(({ resource }) => resource).join()).not.to.match(/[^,]\*/);
  });

  it("has the guard rail of the auth account only where it is chosen", () => {
    const whos = (lines: Asked[]) => [...new Set(lines.map(({ caller }) => caller.who))];
    expect(whos(authLines(settings))).to.eql(["the access role"]);
    expect(whos(authLines(railed))).to.eql(["the access role", "a user who was given everything"]);
  });

  it("has users who are exempt until their day is over", () => {
    const exempt = made.settingsWith({ exempt: { "sandbox/smtp": { until: "2027-03-31", reason: "mail" } } });
    const on = (day: string): string[] =>
      accountLines(exempt, "sandbox", new Date(day)).flatMap(({ caller, expected }) =>
        caller.userName === "smtp" ? [expected] : [],
      );
    expect(on("2027-03-31")).to.eql(["allowed"]);
    expect(on("2027-04-01")).to.eql([]);
  });

  it("is asked in as few calls as there are callers, kinds of credentials and types of resources", () => {
    const hierarchy = (): string[][] => [];
    const developer = callsOf(developerLines(settings, alice), { hierarchy });
    expect(developer).to.have.length(4 * any.length);
    expect(callsOf(accountLines(settings, "sandbox"), { hierarchy })).to.have.length(3 + 2 + 2);
    // The guard rails add three calls: role sessions and the access role on resources of the type role, and the root user with MFA.
    expect(callsOf(accountLines(railed, "sandbox"), { hierarchy })).to.have.length(3 + 3 + 2 + 2);
  });
});

describe("developers with the same policies", () => {
  const names = (change?: Parameters<typeof made.authAccount>[0]): string[][] =>
    developerClasses(made.authAccount(change).identities, settings).map((one) => one.names);

  it("stand for each other", () => {
    expect(names()).to.eql([["alice", "bob"]]);
  });

  it("do not, where one is given more, is named by a policy, or bounded", () => {
    const inline = (Resource: string) => [
      { name: "more", document: { Statement: [{ Effect: "Allow", Action: "iam:*", Resource }] } },
    ];
    expect(names((one) => (one.name === "bob" ? { ...one, inlinePolicies: inline("*") } : one))).to.eql([
      ["alice"],
      ["bob"],
    ]);
    const bob = inline(`arn:aws:iam::${auth}:user/bob`);
    expect(names((one) => (one.type === "group" ? { ...one, inlinePolicies: bob } : one))).to.eql([["alice"], ["bob"]]);
    expect(names((one) => (one.name === "bob" ? { ...one, boundary: made.policyArn } : one))).to.eql([
      ["alice"],
      ["bob"],
    ]);
  });

  it("are expected to do nothing while they are locked or cut off, which is no broken promise", () => {
    const since = "2026-11-28T08:00:00Z";
    const everything = { Effect: "Deny", Action: "*", Resource: "*" };
    const allowedWith = (document: unknown): string[] => {
      const { identities } = made.authAccount((one) =>
        one.name === "bob" ? { ...one, inlinePolicies: [{ name: "shut-out", document }] } : one,
      );
      const lines = developerLines(settings, developerClasses(identities, settings));
      expect(lines.some(({ expected, caller }) => expected === "denied" && caller.userName === "bob")).to.equal(true);
      return lines.flatMap(({ expected, caller }) => (expected === "allowed" ? (caller.userName ?? []) : []));
    };
    for (const document of [denyWhileLocked({ since }), denyWhileLocked({ since, until: "2999-01-01T00:00:00Z" })]) {
      expect([...new Set(allowedWith(document))]).to.eql(["alice"]);
    }
    expect([...new Set(allowedWith({ Statement: [everything] }))]).to.eql(["alice"]);
    // What denies everything to the whole group is nobody's lock.
    const { identities } = made.authAccount((one) =>
      one.type === "group"
        ? { ...one, inlinePolicies: [...one.inlinePolicies, { name: "all", document: { Statement: [everything] } }] }
        : one,
    );
    const ofAll = developerLines(settings, developerClasses(identities, settings));
    expect(ofAll.some(({ expected }) => expected === "allowed")).to.equal(true);
    // A lock that is over, and the end of older sessions, shut nobody out.
    for (const document of [
      denyWhileLocked({ since, until: "2026-11-28T09:00:00Z" }),
      denyOlderSessions(new Date(since)),
    ]) {
      expect([...new Set(allowedWith(document))]).to.eql(["alice", "bob"]);
    }
  });

  it("are told as not known where AWS does not tell what a policy says", () => {
    const gone = (): unknown => names((one) => (one.name === "bob" ? { ...one, managedPolicies: ["arn:gone"] } : one));
    expect(gone).to.throw("AWS does not tell what the policy arn:gone of bob says.");
  });
});
