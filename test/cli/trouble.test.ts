import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { DeleteGroupCommand, DetachGroupPolicyCommand } from "@aws-sdk/client-iam";

import type { SandboxOptions } from "../sandbox/index.ts";
import { AwsError } from "../sandbox/errors.ts";
import { administratorOf } from "../sandbox/testing.ts";
import { Developer, works } from "./developer.ts";
import { Administrator } from "./harness.ts";

const mutations = ["CreateResource", "UpdateResource", "DeleteResource"];

describe("trouble in the middle of up", () => {
  let admin: Administrator;

  const begin = async (options: SandboxOptions & { developers?: string[] } = {}): Promise<void> => {
    admin = await Administrator.withProject({ developers: ["alice"], ...options });
  };
  afterEach(() => admin.close());

  /** Everything is there once, and alice gets in everywhere. */
  async function expectComplete(): Promise<void> {
    const { accounts, policies } = admin.sandbox.organization;
    const names = [...accounts.values()].flatMap(({ users, roles, groups, policies }) =>
      [users, roles, groups, policies].flatMap(({ names }) => names),
    );
    const ours = names.filter((name) => /alice|mfa-admin/.test(name)).sort();
    expect(ours).to.eql(
      ["alice", "developer-alice", "developer-alice", "mfa-admin-developer", "mfa-admin-developers"].sort(),
    );
    expect([...policies.values()].filter(({ awsManaged }) => !awsManaged)).to.have.length(1);
    const alice = await Developer.enrol(admin.sandbox, "alice");
    for (const account of Object.keys(admin.sandbox.developmentAccounts)) {
      expect(await works(await alice.login(account)), account).to.equal(true);
    }
  }

  async function expectNothingToDo(): Promise<void> {
    const from = admin.sandbox.requests.length;
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
    expect(admin.sandbox.requests.slice(from).filter(({ action }) => mutations.includes(action))).to.eql([]);
  }

  it("throttling, internal errors and lost connections are waited out", async () => {
    await begin();
    const create = { service: "cloudcontrol", action: "CreateResource" };
    const role = { ...create, accountId: admin.sandbox.developmentAccounts["sandbox"] ?? "" };
    admin.sandbox.injectFault({ ...create, code: "ThrottlingException", times: 2 });
    admin.sandbox.injectFault({ ...role, code: "Throttling", handlerErrorCode: "Throttling", times: 1 });
    admin.sandbox.injectFault({
      ...role,
      code: "ServiceInternalError",
      handlerErrorCode: "ServiceInternalError",
      times: 1,
    });
    admin.sandbox.injectFault({ ...create, resource: "require-mfa", code: "InternalFailure", status: 500, times: 1 });
    admin.sandbox.injectFault({ ...create, resource: "mfa-admin-developers", code: "", cutConnection: true, times: 1 });
    const { stdout } = await admin.succeed("up", "--yes");
    expect(stdout).to.match(/: 6 created, 0 unchanged\.\n$/);
    const outcomes = admin.sandbox.requests.map(({ outcome }) => outcome);
    expect(outcomes).to.include.members(["ThrottlingException", "InternalFailure", "cut"]);
    await expectComplete();
  });

  it("a role whose user AWS does not know everywhere yet is tried again", async () => {
    await begin({ consistencySeconds: 3 });
    await admin.succeed("up", "--yes");
    const tries = admin.sandbox.requests.filter(
      ({ action, accountId }) => action === "CreateResource" && accountId.startsWith("3"),
    );
    expect(tries.length).to.be.greaterThan(1);
    await expectComplete();
  });

  it("what AWS refuses for good is told with account and resource, and the next up completes", async () => {
    await begin();
    admin.sandbox.injectFault({
      service: "cloudcontrol",
      action: "CreateResource",
      accountId: admin.sandbox.developmentAccounts["payments"] ?? "",
      code: "AccessDenied",
      handlerErrorCode: "AccessDenied",
      message: "not today",
      times: 1,
    });
    const { status, stdout, stderr } = await admin.run("up", "--yes");
    expect({ status, stdout }).to.eql({ status: 1, stdout: "" });
    expect(stderr.slice(stderr.indexOf("Error:"))).to.equal(
      "Error: One resource could not be changed. 4 other changes were made.\n" +
        "  payments: create role developer-alice: AccessDenied: not today\n" +
        "Run mfa-admin up --stack main to go on from there.\n",
    );
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 2 created, 4 unchanged\.\n$/);
    await expectComplete();
  });

  it("a user whom AWS has made only in part, because it throttled its own handler, is completed", async () => {
    await begin();
    const { users, groups } = admin.sandbox.organization.account(admin.sandbox.authAccount);
    const get = groups.get.bind(groups);
    let times = 1;
    groups.get = (name) => {
      // Between making the user and putting it into the group.
      if (users.get("alice") !== undefined && times-- > 0) throw new AwsError("Throttling", "Rate exceeded");
      return get(name);
    };
    await admin.succeed("up", "--yes");
    expect(times).to.be.lessThan(1);
    await expectComplete();
    await expectNothingToDo();
  });

  it("a user whom AWS has made only in part, because something was missing, is completed once it is there", async () => {
    await begin();
    await admin.editSettings((text) => text.replace("\n    alice: {}", " {}"));
    await admin.succeed("up", "--yes");
    // Somebody deletes the group by hand, which the stack does not know: the new user cannot be put into it.
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const group = { GroupName: "mfa-admin-developers" };
    const PolicyArn = `arn:aws:iam::${admin.sandbox.authAccount}:policy/mfa-admin-developer`;
    await iam.send(new DetachGroupPolicyCommand({ ...group, PolicyArn }));
    await iam.send(new DeleteGroupCommand(group));
    const { status, stderr } = await admin.run("add-developer", "alice", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("auth: create user alice: ");
    await admin.succeed("refresh", "--yes");
    await admin.succeed("up", "--yes");
    await expectComplete();
  });

  it("a power cut while AWS makes many users: the next up takes in all that it has made", async () => {
    const developers = Array.from({ length: 24 }, (_, index) => `dev-${index + 1}`);
    await begin({ developers });
    admin.sandbox.setLatency(1500, "ResourceHandler");
    const asked = (): number =>
      admin.sandbox.requests.filter(
        ({ action, input }) => action === "CreateResource" && input["TypeName"] === "AWS::IAM::User",
      ).length;
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (asked() < 12) await setTimeout(20);
      process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    await admin.runWith({ meanwhile }, "up", "--yes");
    await setTimeout(1600);
    admin.sandbox.setLatency(0, "ResourceHandler");
    await admin.succeed("up", "--yes");
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 75 unchanged\.\n$/);
  });

  it("a power cut while the state's checksum was written does not lock the state away", async () => {
    await begin();
    await writeFile(join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json.attrs"), "");
    await admin.succeed("up", "--yes");
    await expectNothingToDo();
  });

  describe("when it is stopped while AWS makes the user", () => {
    /** Starts `up`, and does something as soon as AWS has been asked for the user. */
    async function stopping(act: (child: ChildProcess) => void): Promise<{ status: number | null; stderr: string }> {
      await begin();
      admin.sandbox.setLatency(1500, "ResourceHandler");
      const meanwhile = async (child: ChildProcess): Promise<void> => {
        while (!userAskedFor()) await setTimeout(20);
        act(child);
      };
      return admin.runWith({ meanwhile }, "up", "--yes");
    }

    const userAskedFor = (): boolean =>
      admin.sandbox.requests.some(
        ({ action, input }) => action === "CreateResource" && input["TypeName"] === "AWS::IAM::User",
      );

    const goOn = async (): Promise<void> => {
      admin.sandbox.setLatency(0, "ResourceHandler");
      await admin.succeed("up", "--yes");
      await expectComplete();
    };

    it("by SIGINT, it finishes what is under way, says so, and the next up completes", async () => {
      const { status, stderr } = await stopping((child) => child.kill("SIGINT"));
      expect(status).to.equal(1);
      expect(stderr).to.contain("Cancelling: what is under way is being finished.");
      expect(stderr).to.match(
        /Error: Cancelled after 3 changes; the state knows what was done\.\nRun mfa-admin up --stack main to go on from there\.\n$/,
      );
      await goOn();
    });

    it("by Ctrl-C on a terminal, it does the same", async () => {
      await begin();
      admin.sandbox.setLatency(1500, "ResourceHandler");
      const terminal = admin.terminal("up", "--yes");
      while (!userAskedFor()) await setTimeout(20);
      terminal.ctrlC();
      await terminal.waitFor("Cancelling: what is under way is being finished.");
      await terminal.waitFor("Error: Cancelled after 3 changes; the state knows what was done.");
      expect(await terminal.ended()).to.equal(1);
      await goOn();
    });

    describe("by a power cut,", () => {
      /** AWS goes on by itself with what it was asked for. */
      const powerCut = async (): Promise<void> => {
        await stopping((child) => {
          process.kill(-(child.pid ?? 0), "SIGKILL");
        });
        await setTimeout(1600);
        admin.sandbox.setLatency(0, "ResourceHandler");
      };

      const removeByHand = (): void => {
        const { users } = admin.sandbox.organization.account(admin.sandbox.authAccount);
        users.remove(users.get("alice") ?? expect.fail("AWS has not made alice"));
      };

      it("and AWS has not made the user after all, it is made by the next up, and not taken in later", async () => {
        await powerCut();
        removeByHand();
        await admin.succeed("up", "--yes");
        await expectComplete();
        await admin.succeed("remove-developer", "alice", "--yes");
        // Somebody else's alice, made by hand.
        admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "alice", []);
        const { status, stderr } = await admin.run("add-developer", "alice", "--yes");
        expect(status).to.equal(1);
        expect(stderr).to.contain("auth: create user alice: AWS has it already, but not from this stack");
      });

      it("and the user is no longer wanted, the next up deletes it", async () => {
        await powerCut();
        await admin.editSettings((text) => text.replace("\n    alice: {}", " {}"));
        await admin.succeed("up", "--yes");
        expect(admin.sandbox.organization.account(admin.sandbox.authAccount).users.names).to.eql([]);
      });

      it("and nothing is wanted any more, destroy deletes the user, too", async () => {
        await powerCut();
        await admin.succeed("destroy", "--yes");
        const { users, groups } = admin.sandbox.organization.account(admin.sandbox.authAccount);
        expect([...users.names, ...groups.names]).to.eql([]);
      });

      it("and somebody else has made the user since, it is not taken in", async () => {
        await powerCut();
        removeByHand();
        admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "alice", []);
        const { status, stderr } = await admin.run("up", "--yes");
        expect(status).to.equal(1);
        expect(stderr).to.contain("auth: create user alice: AWS has it already, but not from this stack");
      });
    });

    it("by a power cut, the next up releases the lock that is left over, takes in what was being made, and completes", async () => {
      await stopping((child) => {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      });
      await setTimeout(1600);
      expect(admin.sandbox.organization.account(admin.sandbox.authAccount).users.names).to.contain("alice");
      admin.sandbox.setLatency(0, "ResourceHandler");
      const { stderr } = await admin.succeed("up", "--yes");
      expect(stderr).to.match(
        /^Released the lock of a run that has ended without doing so: \S+@\S+, process \d+, since \S+\.\n/,
      );
      await expectComplete();
      await expectNothingToDo();
    });
  });

  describe("when it is stopped by a power cut while AWS deletes the user", () => {
    it("the next up finishes the deletion", async () => {
      await begin();
      await admin.succeed("up", "--yes");
      await admin.editSettings((text) => text.replace("\n    alice: {}", " {}"));
      admin.sandbox.setLatency(1500, "ResourceHandler");
      const from = admin.sandbox.requests.length;
      const deletes = (): number =>
        admin.sandbox.requests.slice(from).filter(({ action }) => action === "DeleteResource").length;
      const meanwhile = async (child: ChildProcess): Promise<void> => {
        while (deletes() < 3) await setTimeout(20);
        process.kill(-(child.pid ?? 0), "SIGKILL");
      };
      await admin.runWith({ meanwhile }, "up", "--yes");
      await setTimeout(1600);
      admin.sandbox.setLatency(0, "ResourceHandler");
      await admin.succeed("up", "--yes");
      const { accounts } = admin.sandbox.organization;
      const left = [...accounts.values()].flatMap(({ users, roles }) => [...users.names, ...roles.names]);
      expect(left.filter((name) => name.includes("alice"))).to.eql([]);
      expect((await admin.succeed("up", "--yes")).stdout).to.match(/: 3 unchanged\.\n$/);
    });
  });
});
