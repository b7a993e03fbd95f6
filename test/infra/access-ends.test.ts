import { expect } from "chai";

import {
  accessEndOf,
  accessEndPolicies,
  accessEndPolicy,
  accessEnds,
  isAccessEnd,
  sharedAccessEnd,
  settingsInForce,
} from "../../infra/access-ends.ts";
import { accountsOf } from "../../infra/names.ts";
import { denyEverything, denyFrom } from "../../infra/policies.ts";
import { parseSettings, type Settings } from "../../infra/settings.ts";
import { isAllowed } from "../support/decision.ts";

const settings = (developers: object): Settings =>
  parseSettings({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
    developers,
  }).data ?? expect.fail();
const problems = (developers: object): string[] =>
  parseSettings({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333", payments: "444444444444" },
    developers,
  }).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
const at = (time: string): number => Date.parse(time);

describe("access that ends", () => {
  const carol = settings({
    carol: { until: "2027-01-31", accounts: { sandbox: {}, payments: { until: "2026-12-31+09:00" } } },
    dave: { accounts: ["sandbox"] },
    erin: {},
  });

  it("ends in an account by the earlier of the two days", () => {
    expect(accessEndOf(carol, "carol", "payments")).to.equal("2026-12-31T15:00:00Z");
    expect(accessEndOf(carol, "carol", "sandbox")).to.equal("2027-02-01T00:00:00Z");
    expect(accessEndOf(carol, "carol")).to.equal("2027-02-01T00:00:00Z");
    expect([accessEndOf(carol, "dave", "sandbox"), accessEndOf(carol, "erin"), accessEndOf(carol, "toString")]).to.eql([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("names the accounts of a map as those of a list", () => {
    expect(accountsOf(carol, "carol")).to.eql(["sandbox", "payments"]);
  });

  it("is over with the day: first the account, then the developer, and nobody else", () => {
    const in_force = (time: string) => settingsInForce(carol, at(time)).developers;
    expect(Object.keys(in_force("2026-12-31T14:59:59Z")["carol"]?.accounts ?? {})).to.eql(["sandbox", "payments"]);
    expect(Object.keys(in_force("2026-12-31T15:00:00Z")["carol"]?.accounts ?? {})).to.eql(["sandbox"]);
    expect(Object.keys(in_force("2027-01-31T23:59:59Z"))).to.eql(["carol", "dave", "erin"]);
    expect(Object.keys(in_force("2027-02-01T00:00:00Z"))).to.eql(["dave", "erin"]);
  });

  it("is over altogether with that to the last account", () => {
    const each = settings({ carol: { accounts: { sandbox: { until: "2027-01-31" } } } });
    expect(settingsInForce(each, at("2027-02-01T00:00:00Z")).developers).to.eql({});
  });

  it("is told with each day, and where", () => {
    expect(accessEnds(carol)).to.eql([
      { developer: "carol", accounts: [], until: "2027-01-31", end: "2027-02-01T00:00:00Z" },
      { developer: "carol", accounts: ["payments"], until: "2026-12-31+09:00", end: "2026-12-31T15:00:00Z" },
    ]);
  });

  it("is not told with a day of an account that is not before the developer's own, since that ends nothing", () => {
    const accounts = { sandbox: { until: "2027-01-31" }, payments: { until: "2027-03-31" } };
    expect(accessEnds(settings({ carol: { until: "2027-01-31", accounts } })).map(({ until }) => until)).to.eql([
      "2027-01-31",
    ]);
  });

  it("is given by a policy that is known again, and by no other", () => {
    expect(accessEndPolicies(undefined)).to.eql({});
    const [policy] = accessEndPolicies("2027-02-01T00:00:00Z").policies ?? [];
    expect(isAccessEnd({ name: policy?.policyName ?? "", document: policy?.policyDocument })).to.equal(true);
    expect(isAccessEnd({ name: "hr", document: denyFrom("2027-02-01T00:00:00Z") })).to.equal(false);
    expect(isAccessEnd({ name: accessEndPolicy, document: denyEverything() })).to.equal(false);
  });

  describe("of who enters by a shared role", () => {
    const user = (account: string, hour: string, userName = "carol") => {
      const ids = carol.developmentAccounts;
      const [policy] = sharedAccessEnd(carol, userName, ids).policies ?? [];
      return isAllowed({
        ...{ action: "sts:AssumeRole", resource: `arn:aws:iam::${ids[account] ?? ""}:role/developer` },
        ...{ identity: [mayAssume, ...(policy === undefined ? [] : [policy.policyDocument])] },
        ...{ principal: `arn:aws:iam::222222222222:user/${userName}`, principalType: "User" as const },
        ...{ trust: trusting, context: { "aws:CurrentTime": hour } },
      });
    };
    const allow = { Effect: "Allow" as const, Action: "sts:AssumeRole" };
    const mayAssume = { Version: "2012-10-17" as const, Statement: [{ ...allow, Resource: "*" }] };
    const trusting = {
      Version: "2012-10-17" as const,
      Statement: [{ ...allow, Principal: { AWS: "arn:aws:iam::222222222222:root" } }],
    };

    it("stands on the user: first the account, then all", async () => {
      expect(await user("payments", "2026-12-31T14:59:59Z")).to.equal(true);
      expect(await user("payments", "2026-12-31T15:00:00Z")).to.equal(false);
      expect(await user("sandbox", "2027-01-31T23:59:59Z")).to.equal(true);
      expect(await user("sandbox", "2027-02-01T00:00:00Z")).to.equal(false);
      expect(sharedAccessEnd(carol, "dave", carol.developmentAccounts)).to.eql({});
    });

    it("is known again, also as IAM tells it, and another policy of its name is not", () => {
      const [policy] = sharedAccessEnd(carol, "carol", carol.developmentAccounts).policies ?? [];
      const { Statement = [] } = policy?.policyDocument ?? {};
      const told = Statement.map((one) => ({
        ...one,
        ...(Array.isArray(one.Resource) && { Resource: one.Resource[0] }),
      }));
      const known = (document: unknown): boolean => isAccessEnd({ name: accessEndPolicy, document });
      expect(known(policy?.policyDocument)).to.equal(true);
      expect(known({ Version: "2012-10-17", Statement: told })).to.equal(true);
      expect(known({ Version: "2012-10-17", Statement: [...Statement, ...denyEverything().Statement] })).to.equal(
        false,
      );
    });
  });

  it("takes the day as the engine hands it over, which YAML has read as a time", () => {
    for (const until of ["2027-01-31T00:00:00Z", "2027-01-31 00:00:00 +0000 UTC"]) {
      expect(settings({ carol: { until } }).developers["carol"]?.until).to.equal("2027-01-31");
    }
  });

  it("can be read again as it was checked, for a saved plan", () => {
    expect(settings(carol.developers).developers).to.eql(carol.developers);
  });

  for (const [given, told] of [
    [{ until: "2027-02-29" }, "developers.carol.until: there is no day 2027-02-29"],
    [{ until: "31.1.2027" }, "developers.carol.until: this must be a day, YYYY-MM-DD"],
    [{ until: "2027-01-31T12:00:00Z" }, "developers.carol.until: this must be a day, YYYY-MM-DD"],
    [{ accounts: { sandbox: { until: "soon" } } }, "developers.carol.accounts.sandbox.until: this must be a day"],
    [{ accounts: { sandbx: {} } }, 'developers.carol.accounts.sandbx: "sandbx" is not one of the development accounts'],
    [{ accounts: {} }, "developers.carol.accounts: name one account at least"],
    [{ accounts: [] }, "developers.carol.accounts: name one account at least"],
    [{ accounts: "sandbox" }, "developers.carol.accounts: this must be a list of development accounts"],
    [{ accounts: { sandbox: "2027-01-31" } }, "developers.carol.accounts.sandbox: this must be a map"],
  ] as const) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      const [problem, ...others] = problems({ carol: given });
      expect(problem).to.contain(told);
      expect(others).to.eql([]);
    });
  }
});
