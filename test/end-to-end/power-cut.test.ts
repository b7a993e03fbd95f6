import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { expectComplete, expectNothingToDo } from "../support/expectations.ts";
import { Administrator, type ProjectOptions } from "../support/harness.ts";

/** The time that AWS works on each resource: long enough for the power to be cut meanwhile. */
const handlerMilliseconds = 1500;

describe("after a power cut in the middle of up", () => {
  let admin: Administrator;

  const begin = async (options: ProjectOptions = {}): Promise<void> => {
    admin = await Administrator.withProject({ developers: ["alice"], ...options });
  };

  /** Kills `up` with its child processes as soon as AWS was asked `times` times. AWS finishes its work. */
  async function cutPower(
    action: `${"Create" | "Update" | "Delete"}Resource`,
    type: string,
    times: number,
  ): Promise<void> {
    const from = admin.sandbox.requests.length;
    admin.sandbox.setLatency(handlerMilliseconds, "ResourceHandler");
    const asked = (): number =>
      admin.sandbox.requests
        .slice(from)
        .filter((request) => request.action === action && request.input["TypeName"] === type).length;
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (asked() < times && child.exitCode === null) await setTimeout(20);
      process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    const { stderr } = await admin.runWith({ meanwhile }, "up", "--yes");
    expect(asked(), stderr).to.be.at.least(times);
    await setTimeout(handlerMilliseconds + 100);
    admin.sandbox.setLatency(0, "ResourceHandler");
  }

  const authAccount = () => admin.sandbox.organization.account(admin.sandbox.authAccount);

  const withoutAlice = (): Promise<void> => admin.editSettings((text) => text.replace("\n    alice: {}", " {}"));

  describe("while AWS makes the user,", () => {
    let restore: () => Promise<void>;

    before(async () => {
      await begin();
      await cutPower("CreateResource", "AWS::IAM::User", 1);
      expect(authAccount().users.names).to.eql(["alice"]);
      restore = await admin.save();
    });
    after(() => admin.close());
    beforeEach(async () => {
      admin.sandbox.clearFaults();
      await restore();
    });

    const someoneElsesAlice = (): void => {
      const { users } = authAccount();
      const alice = users.get("alice");
      if (alice !== undefined) users.remove(alice);
      admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "alice", []);
    };

    it("the next up releases the lock that is left over, takes in what was being made, and completes", async () => {
      const { stderr } = await admin.succeed("up", "--yes");
      expect(stderr).to.match(
        /^Released the lock of a run that has ended without doing so: \S+@\S+, process \d+, since \S+\.\n/,
      );
      await expectComplete(admin);
      await expectNothingToDo(admin);
    });

    it("the next up makes the user if AWS has none, and no later one takes in a user of that name", async () => {
      const { users } = authAccount();
      users.remove(users.get("alice") ?? expect.fail());
      await admin.succeed("up", "--yes");
      await expectComplete(admin);
      await admin.succeed("remove-developer", "alice", "--yes");
      someoneElsesAlice();
      const { status, stderr } = await admin.run("add-developer", "alice", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("Error: AWS has already, but not from this stack: user alice in auth.");
    });

    it("the next up does not take in what somebody else has made under that name since", async () => {
      someoneElsesAlice();
      const { status, stderr } = await admin.run("up", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("auth: create user alice: AWS has it already, but not from this stack");
    });

    it("an up that cannot ask AWS about it says what it failed at, and a later one takes it in", async () => {
      admin.sandbox.injectFault({
        service: "iam",
        action: "GetUser",
        code: "AccessDenied",
        status: 403,
        times: Infinity,
      });
      const { status, stderr } = await admin.run("up", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("auth: create user alice: AWS has it already, but not from this stack");
      admin.sandbox.clearFaults();
      await admin.succeed("up", "--yes");
      await expectComplete(admin);
    });

    it("the next up deletes the user if it is no longer wanted", async () => {
      await withoutAlice();
      await admin.succeed("up", "--yes");
      expect(authAccount().users.names).to.eql([]);
    });

    it("destroy deletes the user, too", async () => {
      await admin.succeed("destroy", "--yes");
      expect([...authAccount().users.names, ...authAccount().groups.names]).to.eql([]);
    });
  });

  describe("at another moment:", () => {
    afterEach(() => admin.close());

    it("while AWS makes many users, the next up takes in all that it has made", async () => {
      // The power is cut when the engine has asked AWS for 12 of these 20.
      const developers = Array.from({ length: 20 }, (_, index) => `dev-${index + 1}`);
      await begin({ developers, edit: (text) => text.replaceAll(/(dev-\d+): {}/g, "$1: { accounts: [sandbox] }") });
      await cutPower("CreateResource", "AWS::IAM::User", 12);
      await admin.succeed("up", "--yes");
      expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 43 unchanged\.\n$/);
    });

    it("while AWS makes a role that replaces another, the next up takes it in and deletes the other", async () => {
      admin = await Administrator.withStack({ developers: ["alice"] });
      await admin.editSettings((text) =>
        text.replace("  mfa-admin:developers:", "  mfa-admin:rolePrefix: engineer\n  mfa-admin:developers:"),
      );
      await cutPower("CreateResource", "AWS::IAM::Role", 1);
      await admin.succeed("up", "--yes");
      const { accounts } = admin.sandbox.organization;
      const roles = [...accounts.values()].flatMap(({ roles }) => roles.names.filter((name) => name.includes("alice")));
      expect(roles).to.eql(["engineer-alice", "engineer-alice"]);
      await expectNothingToDo(admin);
    });

    it("while AWS deletes a developer, the next up finishes the deletion", async () => {
      admin = await Administrator.withStack({ developers: ["alice"] });
      await withoutAlice();
      await cutPower("DeleteResource", "AWS::IAM::User", 1);
      await admin.succeed("up", "--yes");
      const { accounts } = admin.sandbox.organization;
      const left = [...accounts.values()].flatMap(({ users, roles }) => [...users.names, ...roles.names]);
      expect(left.filter((name) => name.includes("alice"))).to.eql([]);
      expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 3 unchanged\.\n$/);
    });

    it("while AWS changes roles, the next up reads what came of it: the settings may be as before again", async () => {
      admin = await Administrator.withStack({ developers: ["alice"] });
      const before = await admin.settings();
      const roles = ["333333333333", "444444444444"].map(
        (account) => admin.sandbox.organization.account(account).roles,
      );
      const durations = () => roles.map((one) => one.get("developer-alice")?.maxSessionDuration);
      await admin.editSettings((text) => text.replace("config:\n", "config:\n  mfa-admin:sessionDuration: 7200\n"));
      await cutPower("UpdateResource", "AWS::IAM::Role", 2);
      expect(durations()).to.eql([7200, 7200]);
      await admin.editSettings(() => before);
      const preview = await admin.succeed("preview", "--save-plan", "plan.json");
      expect(preview.stdout.replace(/\s+/g, " ")).to.contain(
        "A run died while it was at work on role developer-alice in",
      );
      const planned = await admin.run("up", "--yes", "--plan", "plan.json");
      expect(planned.status).to.equal(1);
      expect(planned.stderr.replace(/\s+/g, " ")).to.contain("Run mfa-admin refresh, which reads it, then make a new");
      const { stdout, stderr } = await admin.succeed("up", "--yes");
      expect(stderr).to.contain("Reading from AWS what a run was changing when it died: role developer-alice (");
      expect(stdout).to.contain(": 3 changed, ");
      expect(durations()).to.eql([43200, 43200]);
    });

    it("while Pulumi writes the state's checksum, the state can still be read", async () => {
      await begin();
      await writeFile(join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json.attrs"), "");
      await admin.succeed("up", "--yes");
      await expectNothingToDo(admin);
    });
  });
});
