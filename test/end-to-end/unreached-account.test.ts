import {
  CloseAccountCommand,
  OrganizationsClient,
  RemoveAccountFromOrganizationCommand,
} from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { Administrator, type Result } from "../support/harness.ts";

const trustOf = (accountId: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "sts:AssumeRole" }],
  });

describe("a development account that cannot be reached", () => {
  let admin: Administrator;
  let payments: string;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob", "erin"] });
    payments = admin.sandbox.developmentAccounts["payments"] ?? "";
    await admin.unfinish("creating", "erin@payments");
    trust(payments);
  });
  after(() => admin.close());

  /** Sets the account that may assume the access role of payments. */
  const trust = (accountId: string): void => {
    const role = admin.sandbox.organization.account(payments).roles.get("OrganizationAccountAccessRole");
    if (role) role.trustPolicy = trustOf(accountId);
  };
  const users = (): string[] => admin.sandbox.organization.account(admin.sandbox.authAccount).users.names;
  const roles = (account: string): string[] =>
    admin.sandbox.organization
      .account(admin.sandbox.developmentAccounts[account] ?? "")
      .roles.names.filter((name) => name.startsWith("developer-"));
  const rolesInState = async (): Promise<string[]> =>
    (await admin.resourcesInState()).flatMap(({ type, urn }) =>
      type === "aws-native:iam:Role" ? [urn.split("::")[3] ?? ""] : [],
    );

  describe("while it is only out of reach", () => {
    let up: Result;
    before(async () => {
      await admin.editSettings((text) => text.replace("    bob: {}\n    erin: {}", "    carol: {}"));
      up = await admin.run("up", "--yes");
    });

    it("up does all the rest, and fails", () => {
      expect(up.status, up.stderr).to.equal(1);
      expect(users()).to.have.members(["alice", "carol"]);
      expect(roles("sandbox")).to.have.members(["developer-alice", "developer-carol"]);
    });

    it("outputs name no role that could not be made there", async () => {
      const { value } = await admin.json("outputs");
      const { alice, carol } = (value as { developers: Record<string, { roles: object }> }).developers;
      expect(alice?.roles).to.have.keys("sandbox", "payments");
      expect(carol?.roles).to.have.keys("sandbox");
    });

    it("up says what was not reached, why, and what was not done there", () => {
      expect(up.stderr).to.contain(`payments (${payments}) cannot be reached, so nothing there is read or changed`);
      expect(up.stderr).to.contain("not authorized to perform: sts:AssumeRole");
      expect(up.stderr).to.contain("Not made there: role developer-carol.");
      expect(up.stderr).to.contain("Not deleted there: role developer-bob.");
    });

    it("what a run was making there when it died stays in sight, though nobody can look", async () => {
      expect(await rolesInState()).to.include("erin@payments");
    });

    it("up says whom to make passwords for", () => {
      expect(up.stderr).to.contain("mfa-admin reset-password carol");
    });

    it("preview has nothing else to do, and tells it on top", async () => {
      const { status, value } = await admin.json("preview");
      expect(status).to.equal(0);
      const { changed, warnings } = value as { changed: boolean; warnings: object[] };
      expect(changed).to.equal(false);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include({ kind: "account-unreached", account: "payments", state: "ACTIVE" });
    });

    it("a policy that is not there is told of the accounts that can be asked", async () => {
      const before = await admin.settings();
      await admin.editSettings((text) =>
        text.replace("config:", 'config:\n  mfa-admin:permissions: ["arn:aws:iam::*:policy/none"]'),
      );
      const { value } = await admin.json("preview");
      await admin.editSettings(() => before);
      const absent = (value as { warnings: { kind: string }[] }).warnings.find(({ kind }) => kind === "no-such-policy");
      expect(absent).to.deep.include({ accounts: ["sandbox"] });
    });

    it("drift is found elsewhere, and it is said that nothing was looked at there", async () => {
      const { status, value } = await admin.json("refresh", "--preview-only", "--exit-code");
      expect(status).to.equal(2);
      const { summary, warnings } = value as { summary: string; warnings: object[] };
      expect(summary).to.equal("Nothing has drifted in the accounts that can be reached.");
      expect(warnings[0]).to.include({ kind: "account-unreached", account: "payments" });
    });

    it("add-developer and remove-developer of somebody do all the rest", async () => {
      const add = await admin.run("add-developer", "dave", "--yes");
      expect(add.status, add.stderr).to.equal(1);
      expect(users()).to.include("dave");
      expect(roles("sandbox")).to.include("developer-dave");
      const remove = await admin.run("remove-developer", "dave", "--yes");
      expect(remove.status, remove.stderr).to.equal(1);
      expect(users()).not.to.include("dave");
      expect(roles("sandbox")).not.to.include("developer-dave");
    });

    it("it cannot be forgotten, since its roles would go on letting people in", async () => {
      const { status, stderr } = await admin.run("up", "--yes", "--forget-account", "payments");
      expect(status).to.equal(1);
      expect(stderr).to.contain("is active, and the roles there would go on letting people in");
    });

    it("the next up finishes, once it can be reached", async () => {
      trust(admin.sandbox.managementAccount);
      await admin.succeed("up", "--yes");
      expect(roles("payments")).to.have.members(["developer-alice", "developer-carol"]);
      expect(((await admin.json("preview")).value as { changed: boolean }).changed).to.equal(false);
    });
  });

  describe("once it is closed", () => {
    before(async () => {
      await organizations().send(new CloseAccountCommand({ AccountId: payments }));
    });

    it("refresh reads the rest, and says how it is taken out of the stack", async () => {
      const { status, stdout } = await admin.run("refresh", "--yes");
      expect(status).to.equal(1);
      expect(stdout).to.contain("Nothing has drifted");
      expect(stdout).to.contain(`payments (${payments}) is closed, so nothing there is read or changed`);
      expect(stdout).to.contain("Take it out of developmentAccounts");
      expect(stdout).to.contain("mfa-admin up --forget-account payments takes it out of the stack");
    });

    it("is not forgotten while the settings name it", async () => {
      const { status, stderr } = await admin.run("up", "--yes", "--forget-account", "payments");
      expect(status).to.equal(1);
      expect(stderr).to.contain("the settings still name the account, which is closed");
    });

    it("is kept without consent, also when the settings don't name it any more", async () => {
      await admin.editSettings((text) => text.replace(/^ +payments: .*\n/m, ""));
      const { status, stderr } = await admin.run("up", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("Not deleted there: roles developer-alice and developer-carol.");
      expect(await rolesInState()).to.include("alice@payments");
    });

    it("preview shows what is forgotten with consent", async () => {
      const { stdout } = await admin.succeed("preview", "--format", "markdown", "--forget-account", "payments");
      expect(stdout).to.contain("is forgotten, not deleted: it is roles `developer-alice` and `developer-carol`");
    });

    it("is taken out of the stack with consent, and nothing is left to do or to say", async () => {
      await admin.succeed("up", "--yes", "--forget-account", "payments");
      expect(await rolesInState()).to.have.members(["alice@sandbox", "carol@sandbox"]);
      expect((await admin.json("preview")).value).to.deep.include({ changed: false, warnings: [] });
    });
  });

  describe("once another one has left the organization", () => {
    before(async () => {
      const AccountId = admin.sandbox.developmentAccounts["sandbox"] ?? "";
      await organizations().send(new RemoveAccountFromOrganizationCommand({ AccountId }));
    });

    it("destroy deletes all the rest, and says what is left", async () => {
      const { status, stderr } = await admin.run("destroy", "--yes");
      expect(status, stderr).to.equal(1);
      expect(stderr)
        .to.contain("is not in the organization any more")
        .and.contain("is not authorized to perform: sts:AssumeRole");
      expect(users()).to.be.empty;
      expect(await rolesInState()).to.have.members(["alice@sandbox", "carol@sandbox"]);
    });

    it("destroy finishes with consent to forget what is left", async () => {
      await admin.succeed("destroy", "--yes", "--forget-account", "sandbox");
      expect(await rolesInState()).to.be.empty;
    });
  });

  function organizations(): OrganizationsClient {
    const { endpoint, administrator: credentials } = admin.sandbox;
    return new OrganizationsClient({ endpoint, region: "us-east-1", credentials });
  }
});
