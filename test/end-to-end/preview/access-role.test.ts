import { AttachRolePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { administratorOf, trust } from "../../sandbox/testing.ts";
import { Administrator } from "../../support/harness.ts";

describe("another access role", () => {
  let admin: Administrator;
  const accounts = ["222222222222", "333333333333", "444444444444"];

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice"] });
    const management = `arn:aws:iam::${admin.sandbox.managementAccount}:root`;
    for (const id of accounts) {
      const { iam } = await administratorOf(admin.sandbox, id);
      await iam.send(new CreateRoleCommand({ RoleName: "Other", AssumeRolePolicyDocument: trust(management) }));
      const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
      await iam.send(new AttachRolePolicyCommand({ RoleName: "Other", PolicyArn }));
    }
  });
  after(() => admin.close());

  async function rolesInState(): Promise<Set<string>> {
    const file = join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json");
    return new Set((await readFile(file, "utf8")).match(/role\/O\w+/g));
  }

  it("is nothing to do for a run that only reads by a role of its own", async () => {
    const { status, stdout } = await admin.runWith(
      { env: { MFA_ADMIN_ACCESS_ROLE: "Other" } },
      ...["preview", "--exit-code"],
    );
    expect({ status, stdout }).to.eql({
      status: 0,
      stdout:
        "Nothing to do: as far as the state knows, all 6 resources are as the settings say; mfa-admin refresh looks at AWS.\n",
    });
  });

  it("in the settings is a change: told, asked about, and written into the state, which a refresh goes by", async () => {
    await admin.editSettings((text) => text.replace("config:", "config:\n  mfa-admin:accessRole: Other"));
    const env = { MFA_ADMIN_ACCESS_ROLE: "OrganizationAccountAccessRole" };
    for (const result of [
      await admin.run("preview", "--exit-code", "--save-plan", "plan.json"),
      await admin.runWith({ env }, "preview", "--exit-code"),
    ]) {
      expect(result.status).to.equal(2);
      expect(result.stdout).to.contain("Changes 3 access roles.\n");
      expect(result.stdout).to.contain(
        "  ~ payments  access role Other\n      mfa-admin acts there as OrganizationAccountAccessRole → Other\n",
      );
    }
    expect(await rolesInState()).to.eql(new Set(["role/OrganizationAccountAccessRole"]));
    await admin.succeed("up", "--yes", "--plan", "plan.json");
    expect(await rolesInState()).to.eql(new Set(["role/Other"]));
    expect((await admin.run("preview", "--exit-code")).status).to.equal(0);
  });

  it("is asked about on a terminal, too, though nothing in AWS changes", async () => {
    await admin.editSettings((text) => text.replace("\n  mfa-admin:accessRole: Other", ""));
    const terminal = admin.terminal("up");
    await terminal.waitFor("Changes 3 access roles.");
    await terminal.waitFor('Apply to the stack "main"?');
    terminal.enter("y");
    expect(await terminal.ended()).to.equal(0);
    expect(await rolesInState()).to.eql(new Set(["role/OrganizationAccountAccessRole"]));
  });
});
