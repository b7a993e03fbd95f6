import { expect } from "chai";

import { rosterReport } from "../../../cli/deploy/roster-preview.ts";
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
