import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { baseSettings } from "../../../cli/deploy/base.ts";
import { head } from "../../support/settings-problems.ts";

describe("the settings that a change is compared with", () => {
  const directory = mkdtempSync(join(tmpdir(), "mfa-admin-base-"));
  const settingsFile = join(directory, "Pulumi.main.yaml");
  const project = { directory, settingsFile, name: "mfa-admin", stack: "main", backendUrl: "file://." };
  const content = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "ec2:*", Resource: "*" }] };

  before(() => {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: directory, stdio: "pipe" });
    mkdirSync(join(directory, "policies"));
    writeFileSync(
      settingsFile,
      `${head}  mfa-admin:serviceControlPolicies: [policies/region.json, policies/none.json]\n`,
    );
    writeFileSync(join(directory, "policies/region.json"), JSON.stringify(content));
    git("init", "--quiet");
    git("add", ".");
    git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "base");
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  it("have the policies of their revision, whatever the files say now; one that is not there counts as none", async () => {
    writeFileSync(join(directory, "policies/region.json"), "{}");
    const { ownPolicies } = (await baseSettings({ ref: "HEAD" }, project)) ?? {};
    expect(ownPolicies).to.eql([{ file: "policies/region.json", content }]);
  });

  it("have those beside a file that is named, as far as they will do", async () => {
    expect((await baseSettings({ path: settingsFile }, project))?.ownPolicies).to.eql([]);
  });
});
