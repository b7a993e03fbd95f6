import { expect } from "chai";

import { rosterReport } from "../../../cli/deploy/roster-preview.ts";
import { accessTexts, lossesText } from "../../../cli/report/access-text.ts";
import type { PolicyDocument } from "../../../infra/policies.ts";
import { settingsSchema, type Settings } from "../../../infra/settings.ts";

const deny = (Action: string): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Sid: "Own", Effect: "Deny", Action, Resource: "*" }],
});

/** Settings with the organization's own service control policies: documents by file. */
function settingsWith(policies: Record<string, PolicyDocument>): Settings {
  const settings = settingsSchema.parse({
    organizationalUnits: ["ou-abcd-11111111"],
    authAccount: "222222222222",
    developmentAccounts: { sandbox: "333333333333" },
    serviceControlPolicies: Object.keys(policies),
  });
  return { ...settings, ownPolicies: Object.entries(policies).map(([file, content]) => ({ file, content })) };
}

const report = (before: Settings, after: Settings) =>
  rosterReport({ stack: "main", before, after, reason: "There are no credentials." });

describe("the roster's preview of the organization's own policies", () => {
  it("shows the statements that change in a file, though the settings say the same", () => {
    const { changed, resources } = report(
      settingsWith({ "region.json": deny("ec2:*") }),
      settingsWith({ "region.json": deny("s3:*") }),
    );
    expect(changed).to.equal(true);
    expect(resources).to.have.length(1);
    expect(resources[0]).to.deep.include({ operation: "update", name: "mfa-admin-own-region", account: "management" });
    expect(resources[0]?.policies[0]?.statements[0]).to.deep.include({
      sid: "Own",
      elements: [{ element: "Action", removed: ["ec2:*"], added: ["s3:*"] }],
    });
  });

  it("shows the statements of one that comes, and warns of one that goes, but not of one that is renamed", () => {
    const [none, region] = [settingsWith({}), settingsWith({ "region.json": deny("ec2:*") })];
    const come = report(none, region);
    expect(come.resources[0]).to.deep.include({ operation: "create" });
    expect(come.resources[0]?.policies[0]?.statements[0]).to.deep.include({ sid: "Own", change: "added" });
    expect(report(region, none).warnings).to.deep.include({
      ...{ kind: "own-policies-removed", refused: true, policies: ["mfa-admin-own-region"] },
    });
    const { warnings } = report(region, settingsWith({ "tokyo.json": deny("ec2:*") }));
    expect(warnings.map(({ kind }) => kind)).not.to.include("own-policies-removed");
    expect(report(region, settingsWith({ "region.json": deny("ec2:Run*") })).warnings).to.deep.include({
      ...{ kind: "own-policies-weakened", refused: true },
      policies: [{ name: "mfa-admin-own-region", statements: ["Own"] }],
    });
  });
});

describe("the roster's preview of a shared role", () => {
  const text = (name: string): string => name;
  const every =
    "can act as developer in every account of the units, those that come later included, 12 hours at a time, with AdministratorAccess";
  const settings = (developers: Settings["developers"], roles: "per-developer" | "shared" = "shared"): Settings => ({
    ...settingsWith({}),
    ...{ roles, developers, developmentAccounts: { sandbox: "333333333333", payments: "444444444444" } },
  });

  it("says which accounts somebody who comes may enter, and that every account is meant where none is named", () => {
    const made = report(settings({}), settings({ alice: {}, bob: { accounts: ["sandbox"] } }));
    expect(accessTexts(made, text)).to.eql([
      `alice sets up a password, an MFA device and access keys of their own; with MFA, ${every}. Without MFA, nothing else.`,
      "bob sets up a password, an MFA device and access keys of their own; with MFA, can act as developer in sandbox (333333333333), 12 hours at a time, with AdministratorAccess. Without MFA, nothing else.",
    ]);
  });

  it("says what somebody who stays gains and loses, and names a tag by its key and value", () => {
    const made = report(
      settings({ alice: {}, bob: { accounts: ["sandbox"] } }),
      settings({ alice: { accounts: ["sandbox"] }, bob: { accounts: ["payments"] } }),
    );
    expect(accessTexts(made, text).map((line) => line.replace(/, 12 hours .*Access,/, ""))).to.eql([
      "alice, with MFA, can act as developer in sandbox (333333333333) and can do nothing more in the other accounts.",
      "bob, with MFA, can act as developer in payments (444444444444) and can do nothing more in sandbox.",
    ]);
    expect(lossesText(made)).to.equal("alice loses the other accounts; bob loses sandbox.");
    expect(made.developers[0]?.changes[0]?.properties[0]?.removed).to.include("mfa-admin:every-account=yes");
  });

  it("says of a switch from roles of their own that every account comes, and that none is lost", () => {
    const roster = { alice: {} };
    const made = report(settings(roster, "per-developer"), settings(roster));
    expect(accessTexts(made, text)).to.eql([`alice, with MFA, ${every}.`]);
    expect(lossesText(made)).to.equal("");
  });
});
