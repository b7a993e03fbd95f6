import { expect } from "chai";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Administrator, type Result } from "../support/harness.ts";

describe("a command about a person, while other edits are pending", () => {
  let admin: Administrator;
  let first: Result;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice", "bob"] });
    first = await admin.succeed("add-developer", "dave", "--yes");
    // erin is added and bob is removed by hand. Neither edit is applied.
    await admin.editSettings((text) =>
      text.replace("    bob: {}\n", "").replace("    dave: {}", "    dave: {}\n    erin: {}"),
    );
  });
  after(() => admin.close());

  const users = (): string[] => admin.sandbox.organization.account(admin.sandbox.authAccount).users.names;
  const roles = (): string[] =>
    Object.values(admin.sandbox.developmentAccounts).flatMap((id) =>
      admin.sandbox.organization.account(id).roles.names.filter((name) => name.startsWith("developer-")),
    );
  const pending = async (...args: string[]): Promise<string[]> => {
    const { value } = await admin.json("preview", ...args);
    return (value as { developers: { name: string; change: string }[] }).developers.map(
      ({ name, change }) => `${name} ${change}`,
    );
  };

  it("was set up whole by the first add-developer, which says so and shows it", () => {
    expect(first.stderr).to.contain(
      'The stack "main" was never applied: this sets up the whole of it, with everybody on the roster (alice, bob, dave).',
    );
    for (const shown of ["alice", "bob", "dave", "service control policy"]) expect(first.stderr).to.contain(shown);
    expect(users()).to.have.members(["alice", "bob", "dave"]);
  });

  it("no command at all changes AWS or the roster without a yes and a terminal to ask on", async () => {
    const manifest = await readFile(fileURLToPath(new URL("../../oclif.manifest.json", import.meta.url)), "utf8");
    const { commands } = JSON.parse(manifest) as { commands: Record<string, { args: Record<string, object> }> };
    const from = admin.sandbox.requests.length;
    const settings = await admin.settings();
    const queue = Object.entries(commands);
    expect(queue.map(([id]) => id)).to.include.members(["up", "destroy", "refresh", "reset-mfa", "revoke-keys"]);
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [id, { args }] = next;
        const names = Object.keys(args).map(() => (id === "add-developer" ? "carol" : "alice"));
        await admin.run(...id.split(":"), ...names);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(admin.changesSince(from)).to.eql([]);
    expect(await admin.settings()).to.equal(settings);
  });

  describe("remove-developer --yes", () => {
    let result: Result;
    before(async () => {
      await mkdir(join(admin.directory, ".git"));
      result = await admin.succeed("remove-developer", "dave", "--yes");
    });

    it("removes that person and nobody else, and lets nobody in", () => {
      expect(users()).to.have.members(["alice", "bob"]);
      expect(roles()).to.have.members(["developer-alice", "developer-alice", "developer-bob", "developer-bob"]);
    });

    it("names what is pending, and what applies it", () => {
      expect(result.stderr).to.contain(
        "Other edits are pending: bob, erin. mfa-admin preview shows them, mfa-admin up applies them.",
      );
    });

    it("says to commit and push the roster, in a git repository", () => {
      expect(result.stderr).to.contain(
        "Commit and push Pulumi.main.yaml: the next up from git would undo this otherwise.",
      );
    });

    it("leaves a stack whose preview finds the pending edits and nothing more", async () => {
      expect(await pending()).to.eql(["bob removed", "erin added"]);
    });
  });

  describe("add-developer --yes", () => {
    let result: Result;
    before(async () => {
      result = await admin.succeed("add-developer", "carol", "--yes");
    });

    it("lets that person in and nobody else, and removes nobody", () => {
      expect(users()).to.have.members(["alice", "bob", "carol"]);
      expect(roles().filter((name) => name === "developer-carol")).to.have.length(2);
    });

    it("names what is pending", () => {
      expect(result.stderr).to.contain("Other edits are pending: bob, erin.");
    });

    it("leaves a stack whose preview finds the pending edits and nothing more, and its outputs with the new one", async () => {
      expect(await pending()).to.eql(["bob removed", "erin added"]);
      const { value } = await admin.json("outputs");
      expect(Object.keys((value as { developers: object }).developers)).to.include.members(["alice", "carol"]);
      expect(value).to.have.property("serviceControlPolicy").that.matches(/^p-/);
    });
  });

  describe("in other circumstances", () => {
    it("add-developer stops before AWS where a policy that all share is pending, and leaves the roster as it was", async () => {
      await admin.editSettings((text) => text.replace("config:\n", "config:\n  mfa-admin:rolePrefix: engineer\n"));
      const settings = await admin.settings();
      const from = admin.sandbox.requests.length;
      const { status, stderr } = await admin.run("add-developer", "frank", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("Run mfa-admin up first");
      expect(admin.changesSince(from)).to.eql([]);
      expect(await admin.settings()).to.equal(settings);
      await admin.editSettings((text) => text.replace("  mfa-admin:rolePrefix: engineer\n", ""));
    });

    it("remove-developer on a terminal shows the rest like up, with its question; a no leaves it pending", async () => {
      const terminal = admin.terminal("remove-developer", "carol");
      await terminal.waitFor("End all access of carol now, and delete the user and 2 roles (in payments, sandbox)?");
      terminal.enter("y");
      await terminal.waitFor('Apply to the stack "main"?');
      terminal.enter("n");
      expect(await terminal.ended()).to.equal(0);
      expect(terminal.screen).to.contain("Other edits are pending: bob, erin.");
      expect(users()).to.have.members(["alice", "bob"]);
    });

    it("add-developer lets nobody in while the policy is gone from the stack", async () => {
      const [policy] = [...admin.sandbox.organization.policies.values()].filter(({ awsManaged }) => !awsManaged);
      admin.sandbox.organization.policies.delete(policy?.id ?? "");
      await admin.succeed("refresh", "--yes");
      const from = admin.sandbox.requests.length;
      const { status, stderr } = await admin.run("add-developer", "frank", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("The stack has no service control policy: whoever came in now could do without MFA.");
      expect(stderr).to.contain("Run mfa-admin up first");
      expect(admin.changesSince(from)).to.eql([]);
      await admin.succeed("up", "--yes");
    });

    it("remove-developer is not kept by a guard that refuses the rest", async () => {
      admin.sandbox.organization.addUnit("ou-abcd-33333333", "Other");
      await admin.editSettings((text) =>
        text.replace(
          / {2}mfa-admin:organizationalUnits:.*\n(?: {4}.*\n)*/,
          "  mfa-admin:organizationalUnits: [ou-abcd-33333333]\n",
        ),
      );
      const { stderr } = await admin.succeed("remove-developer", "alice", "--yes");
      expect(users()).to.eql(["erin"]);
      expect(stderr).to.contain("Another edit is pending: the service control policy.");
      const [policy] = [...admin.sandbox.organization.policies.values()].filter(({ awsManaged }) => !awsManaged);
      expect([...(policy?.targets ?? [])]).to.eql([admin.sandbox.organizationalUnit]);
    });
  });
});
