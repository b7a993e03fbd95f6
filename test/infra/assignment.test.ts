import { expect } from "chai";

import { assignmentFromTags, assignmentOf, assignmentTags } from "../../infra/assignment.ts";
import { parseSettings, type Settings } from "../../infra/settings.ts";

const valid = {
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
  developers: { alice: { accounts: ["payments"] }, "bob,jr": {} },
  contact: "security@example.com",
};
const settings = (changes: object = {}): Settings => parseSettings({ ...valid, ...changes }).data as Settings;
const problem = (changes: object): string | undefined =>
  parseSettings({ ...valid, ...changes }).error?.issues[0]?.message;

describe("a developer's assignment", () => {
  it("goes into the tags of the developer's user and is read back from them", () => {
    for (const name of ["alice", "bob,jr"]) {
      const tags = assignmentTags(settings(), name);
      const { userName, authAccount } = assignmentOf(settings(), name);
      expect(assignmentFromTags({ userName, authAccount }, tags)).to.eql(assignmentOf(settings(), name));
    }
    expect(assignmentOf(settings(), "alice")).to.eql({
      userName: "alice",
      authAccount: "222222222222",
      roleName: "developer-alice",
      sessionDuration: 43200,
      accounts: { payments: "444444444444" },
      contact: "security@example.com",
    });
  });

  it("says that access keys need MFA, and how old MFA may be, where the settings do", () => {
    const hardened = settings({ accessKeys: "with-mfa", mfaMaxAge: 3600 });
    expect(assignmentTags(hardened, "alice")).to.include({
      "mfa-admin:access-keys": "with-mfa",
      "mfa-admin:mfa-max-age": "3600",
    });
    const assignment = assignmentOf(hardened, "alice");
    expect(assignment).to.include({ accessKeys: "with-mfa", mfaMaxAge: 3600 });
    expect(assignmentFromTags(assignment, assignmentTags(hardened, "alice"))).to.eql(assignment);
    expect(assignmentOf(settings({ accessKeys: "article" }), "alice")).to.eql(assignmentOf(settings(), "alice"));
    expect(assignmentTags(settings({ accessKeys: "article" }), "alice")).to.eql(assignmentTags(settings(), "alice"));
  });

  it("uses only characters that IAM takes in a tag", () => {
    for (const [key, value] of Object.entries(assignmentTags(settings(), "bob,jr"))) {
      expect(`${key}${value}`).to.match(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
    }
  });

  it("with a shared role is what lets the developer in: a tag for each account, or one for all", () => {
    const shared = settings({ roles: "shared", developers: { alice: { accounts: ["payments", "ops"] }, bob: {} } });
    const known = { ops: "555555555555" };
    expect(assignmentTags(shared, "alice", known)).to.eql({
      "mfa-admin:role": "developer",
      "mfa-admin:session-duration": "43200",
      "mfa-admin:in/444444444444": "payments",
      "mfa-admin:in/555555555555": "ops",
      "mfa-admin:contact": "security@example.com",
    });
    expect(assignmentTags(shared, "bob")).to.include({
      "mfa-admin:every-account": "yes",
      "mfa-admin:in/333333333333": "sandbox",
    });
    for (const name of ["alice", "bob"]) {
      const assignment = assignmentOf(shared, name, known);
      expect(assignmentFromTags(assignment, assignmentTags(shared, name, known))).to.eql(assignment);
    }
    expect(assignmentOf(shared, "bob")).to.include({ everyAccount: true, roleName: "developer" });
  });

  it("leaves the names of accounts out of the tags where one tag stands for all, and they have no room", () => {
    const developmentAccounts = Object.fromEntries(
      Array.from({ length: 60 }, (_value, index) => [`account-${index}`, String(300000000000 + index)]),
    );
    const shared = settings({ roles: "shared", developmentAccounts, developers: { bob: {} } });
    expect(assignmentTags(shared, "bob")).to.eql({
      "mfa-admin:role": "developer",
      "mfa-admin:session-duration": "43200",
      "mfa-admin:every-account": "yes",
      "mfa-admin:contact": "security@example.com",
    });
  });

  it("is not found in the tags of a user who is not the stack's", () => {
    expect(assignmentFromTags({ userName: "eve", authAccount: "222222222222" }, { team: "red" })).to.equal(undefined);
  });

  it("leaves room for IAM's limit of 50 tags", () => {
    const accounts = Object.fromEntries(
      Array.from({ length: 48 }, (_value, index) => [`account-${index}`, String(300000000000 + index)]),
    );
    expect(problem({ developmentAccounts: accounts, developers: { alice: {} } })).to.match(/would need 51 tags/);
    const fewer = Object.fromEntries(Object.entries(accounts).slice(2));
    expect(problem({ developmentAccounts: fewer, developers: { alice: {} } })).to.equal(undefined);
    const more = { accessKeys: "with-mfa", mfaMaxAge: 3600 };
    expect(problem({ developmentAccounts: fewer, developers: { alice: {} }, ...more })).to.match(/would need 51 tags/);
    expect(problem({ developmentAccounts: accounts, developers: { alice: { accounts: ["account-1"] } } })).to.equal(
      undefined,
    );
  });

  it("cannot be changed by the settings' own tags", () => {
    expect(problem({ tags: { "mfa-admin:role-prefix": "admin" } })).to.equal(
      "tags that begin with mfa-admin:, in any case, are the stack's own",
    );
  });
});
