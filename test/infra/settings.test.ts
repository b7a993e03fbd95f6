import { expect } from "chai";

import { roleNameOf } from "../../infra/names.ts";
import { parseSettings, settingsSchema } from "../../infra/settings.ts";
import { without } from "../support/decision.ts";

const minimal = {
  organizationalUnits: ["ou-abcd-11111111"],
  authAccount: "222222222222",
  developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
};

/** The problems of the settings, as "PATH: message". */
function problems(changes: Record<string, unknown>): string[] {
  const { error } = parseSettings({ ...minimal, ...changes });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the settings", () => {
  it("need four keys at most; everything else has a safe default", () => {
    expect(settingsSchema.parse(minimal)).to.deep.equal({
      ...minimal,
      developers: {},
      accessRole: "OrganizationAccountAccessRole",
      rolePrefix: "developer",
      permissions: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      sessionDuration: 43200,
      shutOut: [],
      accepted: {},
      exempt: {},
      guardRails: [],
      serviceControlPolicies: [],
      trustedAccounts: [],
      tags: {},
    });
  });

  it("refuse a developer without a value, who may have lost a list of accounts", () => {
    expect(settingsSchema.safeParse({ ...minimal, developers: { alice: null } }).success).to.equal(false);
    expect(settingsSchema.parse({ ...minimal, developers: { alice: {} } }).developers).to.deep.equal({ alice: {} });
  });

  it("take files of policies below the project's directory, each by a name of its own", () => {
    const files = (...serviceControlPolicies: unknown[]) => problems({ serviceControlPolicies });
    expect(files("policies/region.json", "no-large_machines.v2.json")).to.eql([]);
    for (const file of [
      "/etc/region.json",
      "../region.json",
      "policies/../../region.json",
      "region.yaml",
      "x:y.json",
      "",
    ]) {
      expect(files(file).join(), file).to.contain("serviceControlPolicies.0: a policy's file is a path below");
    }
    expect(files("./policies/region.json").join()).to.match(/; write policies\/region\.json$/);
    expect(files("policies\\region.json").join()).to.match(/; write policies\/region\.json$/);
    expect(files("a.json", "a.json")).to.eql(['serviceControlPolicies.1: "a.json" is named twice']);
    expect(files("a/region.json", "b/Region.json")).to.eql([
      'serviceControlPolicies.1: "a/region.json" makes a policy of the same name, mfa-admin-own-region; rename one',
    ]);
    expect(problems({ serviceControlPolicies: "region.json" }).join()).to.contain("write [region.json]");
  });

  it("refuse names by which a developer would be exempt from the guard rails, or take the role of others", () => {
    expect(problems({ rolePrefix: "stacksets-exec" }).join()).to.contain(
      "rolePrefix: AWS's own roles are named stacksets-exec-",
    );
    expect(problems({ rolePrefix: "StackSets-Exec-dev" }).join()).to.contain("rolePrefix: AWS's own");
    expect(problems({ rolePrefix: "stacksets-executors" })).to.eql([]);
    expect(problems({ accessRole: "developer-Admin", developers: { admin: {}, alice: {} } })).to.eql([
      "developers.admin: the role of admin would be developer-admin, the access role, which the guard rails exempt",
    ]);
    expect(problems({ rolePrefix: "mfa-admin-ci", developers: { read: {} } })).to.eql([
      "developers.read: the role of read would be mfa-admin-ci-read, the role by which CI reads the accounts",
    ]);
    const shared = { roles: "shared", developers: {} };
    expect(problems({ ...shared, rolePrefix: "organizationaccountaccessrole" })).to.eql([
      "rolePrefix: the developers' shared role would be organizationaccountaccessrole, the access role, which the guard rails exempt",
    ]);
    expect(problems({ ...shared, rolePrefix: "mfa-admin-ci-read" })).to.eql([
      "rolePrefix: the developers' shared role would be mfa-admin-ci-read, the role by which CI reads the accounts",
    ]);
    expect(problems({ rolePrefix: "mfa-admin-ci-read", developers: { alice: {} } })).to.eql([]);
  });

  it("refuse an access role with a path, whose ARN no exemption would name", () => {
    expect(problems({ accessRole: "arn:aws:iam::333333333333:role/Control" }).join()).to.match(/; write Control$/);
    for (const accessRole of ["arn:aws:iam::333333333333:role/team/Control", "team/Control", "/team/Control"]) {
      expect(problems({ accessRole }).join(), accessRole).to.contain("write the name of a role without a path");
    }
  });

  it("take the last day of an exemption as a day and as the midnight that readers of YAML make of it", () => {
    for (const until of ["2027-03-31", "2027-03-31T00:00:00Z", "2027-03-31 00:00:00 +0000 UTC"]) {
      const { exempt } = settingsSchema.parse({ ...minimal, exempt: { "payments/smtp": { until, reason: "mail" } } });
      expect(exempt).to.eql({ "payments/smtp": { until: "2027-03-31", reason: "mail" } });
    }
  });

  it("take a finding of verify for known with a reason, for good or until a day", () => {
    const { accepted } = settingsSchema.parse({
      ...minimal,
      accepted: {
        "user/auth/eve": { reason: "hers" },
        "root-key/auth": { reason: "soon", until: "2027-03-31T00:00:00Z" },
      },
    });
    expect(accepted).to.eql({
      "user/auth/eve": { reason: "hers" },
      "root-key/auth": { reason: "soon", until: "2027-03-31" },
    });
    expect(problems({ accepted: { "user/auth/eve": {} } }).join()).to.contain("accepted.user/auth/eve.reason");
    expect(problems({ accepted: ["user/auth/eve"] }).join()).to.contain("this must be a map, such as {");
  });

  it("refuse exemptions of nobody whom the policy is on, without a day or a reason, and more than the policy has room for", () => {
    const mail = { until: "2027-03-31", reason: "mail" };
    expect(problems({ exempt: { "mail/smtp": mail } }).join()).to.contain('"mail" is not one of the development');
    expect(problems({ exempt: { "222222222222/smtp": mail } }).join()).to.contain("not on the auth account");
    expect(problems({ exempt: { "payments/smtp": mail, "444444444444/smtp": mail } }).join()).to.contain("same user");
    expect(problems({ exempt: { "payments/root": mail } }).join()).to.contain("root is never exempt");
    expect(problems({ exempt: { "payments/smtp": { ...mail, until: "2027-02-30" } } }).join()).to.contain(
      "no day 2027-02-30",
    );
    expect(problems({ exempt: { "payments/smtp": { ...mail, until: "some day" } } }).join()).to.contain(
      "this must be a day",
    );
    expect(problems({ exempt: { "payments/smtp": { ...mail, reason: "" } } }).join()).to.contain("say why");
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`payments/machine-${index}`, mail]));
    expect(problems({ exempt: many }).join()).to.match(/^exempt: the service control policy would have \d+ characters/);
  });

  it("refuse a consent for nobody", () => {
    expect(problems({ shutOut: ["mail/smtp"] }).join()).to.contain('shutOut.0: "mail" is not one of');
    expect(problems({ shutOut: ["payments"] }).join()).to.contain("shutOut.0: this must be ACCOUNT/USER");
    expect(problems({ shutOut: ["payments/*", "555555555555/root"] })).to.eql([]);
  });

  it("refuse a key that they don't know", () => {
    const { error } = settingsSchema.safeParse({ ...minimal, organisationalUnits: [] });
    expect(error?.issues[0]?.code).to.equal("unrecognized_keys");
  });

  for (const [what, changes, expected] of [
    ["an account id that is no text", { authAccount: 222222222222 }, "authAccount: "],
    ["an account id that has not 12 digits", { authAccount: "2222" }, "authAccount: an AWS account id"],
    [
      "a malformed organizational unit",
      { organizationalUnits: ["ou-1"] },
      "organizationalUnits.0: an organizational unit's id",
    ],
    ["the root, where the auth account is, too", { organizationalUnits: ["r-abcd"] }, "organizationalUnits.0: "],
    [
      "no organizational unit, which would protect nothing",
      { organizationalUnits: [] },
      "organizationalUnits: name one",
    ],
    ["no development account", { developmentAccounts: {} }, "developmentAccounts: name one"],
    [
      "the auth account among the development accounts",
      { developmentAccounts: { x: "222222222222" } },
      "developmentAccounts.x: this is the auth",
    ],
    [
      "one account under two names",
      { developmentAccounts: { x: "333333333333", y: "333333333333" } },
      'developmentAccounts.y: this is the same account as "x"',
    ],
    [
      "an account that is called by another account's id",
      { developmentAccounts: { "444444444444": "333333333333" } },
      "developmentAccounts.444444444444: this name is the id of another account",
    ],
    [
      "names that differ only by case",
      { developers: { alice: {}, Alice: {} } },
      "developers.Alice: IAM takes no two names",
    ],
    [
      "an unknown account of a developer",
      { developers: { alice: { accounts: ["nowhere"] } } },
      'developers.alice.accounts.0: "nowhere" is not one',
    ],
    [
      "an account given twice to a developer",
      { developers: { alice: { accounts: ["sandbox", "sandbox"] } } },
      'developers.alice.accounts.1: "sandbox" is named twice',
    ],
    ["a role name over 64 characters", { developers: { ["a".repeat(60)]: {} } }, "the role's name"],
    ["a tag's value with a character that IAM refuses", { tags: { team: "R&D" } }, "tags.team: a tag's value is of"],
    ["a tag's key with one", { tags: { "a#b": "x" } }, "tags.a#b: a tag's key is of"],
    ["a tag that is AWS's own, in any case", { tags: { "AWS:team": "x" } }, "tags.AWS:team: tags that begin with aws:"],
    ["tags that differ by case alone", { tags: { Owner: "a", owner: "b" } }, "tags.owner: IAM takes no two tags"],
    ["a tag of the stack's own in another case", { tags: { "MFA-ADMIN:contact": "x" } }, "tags.MFA-ADMIN:contact: "],
    ["an empty tag's key", { tags: { "": "x" } }, "tags.: a tag's key has 1 to 128"],
    ["a tag's value that is too long", { tags: { a: "x".repeat(257) } }, "tags.a: a tag's value has 256"],
    ["another policy for access keys", { accessKeys: "mfa" }, "accessKeys: this must be article or with-mfa, not"],
    ["MFA that may be older than any session", { mfaMaxAge: 43201 }, "mfaMaxAge: this must be a whole number of"],
    ["MFA that may be younger than any session", { mfaMaxAge: 899 }, "mfaMaxAge: this must be a whole number of"],
    ["a session longer than 12 hours", { sessionDuration: 43201 }, "sessionDuration: this must be a whole number"],
    ["a policy that is no ARN", { permissions: ["AdministratorAccess"] }, "permissions.0: a managed policy's ARN"],
  ] as [string, Record<string, unknown>, string][]) {
    it(`refuse ${what}`, () => {
      expect(problems(changes).join("\n")).to.contain(expected);
    });
  }

  for (const name of ["a", "a b", "a/b", "ü".repeat(3), "x".repeat(65)]) {
    it(`refuse the user name ${JSON.stringify(name)}`, () => {
      expect(settingsSchema.safeParse({ ...minimal, developers: { [name]: {} } }).success).to.equal(false);
    });
  }

  it("name a role by the prefix and the user's name, and one that is shared by the prefix alone", () => {
    expect(roleNameOf({ rolePrefix: "developer" }, "alice")).to.equal("developer-alice");
    expect(roleNameOf({ rolePrefix: "developer", roles: "shared" }, "alice")).to.equal("developer");
  });

  describe("with a shared role", () => {
    const unnamed = without(minimal, "developmentAccounts");
    const wrong = (changes: object): string[] =>
      parseSettings({ ...unnamed, roles: "shared", ...changes }).error?.issues.map(
        ({ path, message }) => `${path.join(".")}: ${message}`,
      ) ?? [];

    it("need no development accounts, and take names that AWS alone knows", () => {
      expect(wrong({ developers: { alice: { accounts: ["payments"] } } })).to.eql([]);
      expect(parseSettings({ ...unnamed, roles: "shared" }).data?.developmentAccounts).to.eql({});
    });
    it("need them in the other form", () => {
      expect(parseSettings({ ...unnamed, roles: "per-developer" }).error?.issues[0]?.message).to.equal(
        "this key is missing",
      );
    });
    it("refuse another form, a name twice, and an account that only AWS could name elsewhere", () => {
      expect(wrong({ roles: "all" })).to.include("roles: this must be per-developer or shared, not all");
      expect(wrong({ developers: { alice: { accounts: ["a", "a"] } } })).to.eql([
        'developers.alice.accounts.1: "a" is named twice',
      ]);
      expect(wrong({ shutOut: ["payments/ci"] })[0]).to.match(/name it there, or write the account's id$/);
    });
    it("refuse more accounts than a user's tags hold, and say what to do", () => {
      const accounts = Array.from({ length: 47 }, (_value, index) => `account-${index}`);
      const more = { contact: "it", region: "eu-west-1" };
      expect(wrong({ developers: { alice: { accounts } }, ...more })).to.eql([
        "developers.alice.accounts: these are 47 accounts, and a user's tags have room for 46 here; leave accounts out: one tag stands for every account",
      ]);
      expect(wrong({ developers: { alice: { accounts: accounts.slice(1) } }, ...more })).to.eql([]);
    });
    it("refuse ends of access that IAM has no room for beside a lock, and say what to do", () => {
      const ending = (count: number, day: (index: number) => number) =>
        Object.fromEntries(
          Array.from({ length: count }, (_value, index) => [`a${index}`, { until: `2027-01-${10 + day(index)}` }]),
        );
      const refused = (count: number, day: (index: number) => number): string[] =>
        wrong({ developers: { alice: { accounts: ending(count, day) } } });
      const one = (): number => 0;
      expect([refused(20, one), refused(5, (index) => index)]).to.eql([[], []]);
      expect(refused(40, one)).to.eql([
        "developers.alice.accounts: the ends of this access would take 1932 characters, and IAM has room for 1185 on a user beside a lock; give fewer accounts an end of their own, or one until for all",
      ]);
      expect(refused(10, (index) => index)).to.have.length(1);
      // Other ends of the same person, and roles of the developer's own, take no more room with more accounts.
      expect(wrong({ developers: { alice: { until: "2027-01-10", accounts: ending(40, one) } } })).to.eql([]);
    });
    it("take a user's name of any length that is a session's, since no role's name has it", () => {
      expect(wrong({ developers: { ["a".repeat(64)]: {} } })).to.eql([]);
    });
  });
});
