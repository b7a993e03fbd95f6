import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { SettingsFile } from "../../../cli/project/settings-file.ts";

describe("a settings file that is read once more", () => {
  let directory: string;
  let path: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-settings-"));
    await mkdir(join(directory, "policies"));
    path = join(directory, "Pulumi.main.yaml");
  });
  after(() => rm(directory, { recursive: true }));

  const text = [
    "config:",
    "  mfa-admin:organizationalUnits: [ou-abcd-11111111]",
    '  mfa-admin:authAccount: "222222222222"',
    '  mfa-admin:developmentAccounts: { sandbox: "333333333333" }',
    "  mfa-admin:serviceControlPolicies: [policies/region.json]",
    "  mfa-admin:developers: { alice: {}, bob: { until: 2099-01-31 } }",
    "",
  ].join("\n");
  const writePolicy = (action: string): Promise<void> => {
    const policy = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: action, Resource: "*" }] };
    return writeFile(join(directory, "policies", "region.json"), JSON.stringify(policy));
  };
  const ownPolicies = ({ settings }: SettingsFile): string => JSON.stringify(settings.ownPolicies);

  it("has the same settings where its text is the same, and its policies as their files have them now", async () => {
    await writeFile(path, text);
    await writePolicy("ec2:*");
    const first = await SettingsFile.read(path);
    const again = await SettingsFile.read(path, first);
    expect([again.settings, again.written, again.isSame(first)]).to.eql([first.settings, first.written, true]);
    await writePolicy("rds:*");
    const later = await SettingsFile.read(path, again);
    expect(ownPolicies(later)).to.contain("rds:*").and.not.to.contain("ec2:*");
    expect(ownPolicies(later)).to.equal(ownPolicies(await SettingsFile.read(path)));
  });

  it("has those of its text where that was edited, and is refused where that is wrong by now", async () => {
    await writeFile(path, text);
    const first = await SettingsFile.read(path);
    await writeFile(path, text.replace("alice", "carol"));
    const edited = await SettingsFile.read(path, first);
    expect(Object.keys(edited.settings.developers)).to.eql(["carol", "bob"]);
    await writeFile(path, text.replace("authAccount", "authAcount"));
    const error: unknown = await SettingsFile.read(path, edited).catch((reason: unknown) => reason);
    expect(String(error)).to.contain("authAcount");
  });
});
