import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

import { DeleteGroupCommand, DetachGroupPolicyCommand } from "@aws-sdk/client-iam";

import type { SandboxOptions } from "../sandbox/index.ts";
import { AwsError } from "../sandbox/errors.ts";
import { administratorOf } from "../sandbox/testing.ts";
import { expectComplete, expectNothingToDo } from "../support/expectations.ts";
import { Administrator } from "../support/harness.ts";
import type { Terminal } from "../support/terminal.ts";

describe("trouble in the middle of up", () => {
  let admin: Administrator;

  const begin = async (options: SandboxOptions & { developers?: string[] } = {}): Promise<void> => {
    admin = await Administrator.withProject({ developers: ["alice"], ...options });
  };
  afterEach(() => admin.close());

  it("throttling, internal errors, lost connections and lost answers are waited out", async () => {
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
    admin.sandbox.injectFault({ ...create, resource: "AWS::IAM::User", code: "", loseAnswer: true, times: 1 });
    const { stdout } = await admin.succeed("up", "--yes");
    expect(stdout).to.match(/: 6 created, 0 unchanged\.\n$/);
    const outcomes = admin.sandbox.requests.map(({ outcome }) => outcome);
    expect(outcomes).to.include.members(["ThrottlingException", "InternalFailure", "cut"]);
    await expectComplete(admin);
  });

  it("many developers are made at the same time, while AWS throttles", async () => {
    const developers = Array.from({ length: 12 }, (_, index) => `developer-${index}`);
    await begin({ developers });
    // A handler outlasts by far the starts of 17 others, also on a busy machine.
    const handlerMilliseconds = 4000;
    for (const resource of ["AWS::IAM::User", "AWS::IAM::Role"]) {
      admin.sandbox.injectFault({ action: "CreateResource", resource, code: "ThrottlingException", times: 4 });
    }
    const begun = (...types: string[]): number[] =>
      admin.sandbox.requests
        .filter(({ action, outcome }) => action === "CreateResource" && outcome === "ok")
        .filter(({ input }) => types.includes(String(input["TypeName"])))
        .map(({ time }) => time.getTime());
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (begun("AWS::IAM::Group").length === 0 && child.exitCode === null) await setTimeout(5);
      admin.sandbox.setLatency(handlerMilliseconds, "ResourceHandler");
      while (begun("AWS::IAM::Role").length < 24 && child.exitCode === null) await setTimeout(20);
      admin.sandbox.setLatency(0, "ResourceHandler");
    };
    const { stdout, stderr } = await admin.runWith({ meanwhile }, "up", "--yes");
    expect(stdout, stderr).to.match(/: 39 created, 0 unchanged\.\n$/);
    const times = begun("AWS::IAM::User", "AWS::IAM::Role");
    const atOnce = (end: number): number =>
      times.filter((time) => time <= end && time > end - handlerMilliseconds).length;
    expect(Math.max(...times.map(atOnce))).to.be.greaterThan(16);
  });

  it("a role whose user AWS does not know everywhere yet is tried again", async () => {
    await begin({ consistencySeconds: 3 });
    await admin.succeed("up", "--yes");
    const tries = admin.sandbox.requests.filter(
      ({ action, accountId }) => action === "CreateResource" && accountId.startsWith("3"),
    );
    expect(tries.length).to.be.greaterThan(1);
    await expectComplete(admin);
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
        "Run mfa-admin up --stack main to go on from there. Then mfa-admin reset-password alice makes the one-time password.\n",
    );
    const next = await admin.succeed("up", "--yes");
    expect(next.stdout).to.match(/: 2 created, 4 unchanged\.\n$/);
    expect(next.stderr).to.match(/\nNext: mfa-admin reset-password alice makes the one-time password\.\n$/);
    await expectComplete(admin);
  });

  it("goes to its end where nobody reads what it says any more", async () => {
    await begin();
    const meanwhile = (child: ChildProcess): Promise<void> => {
      child.stderr?.destroy();
      child.stdout?.destroy();
      return Promise.resolve();
    };
    expect((await admin.runWith({ meanwhile }, "up", "--yes")).status).to.equal(0);
    await expectComplete(admin);
  });

  it("a user whom AWS has made only in part, because it throttled its own handler, is completed", async () => {
    await begin();
    const { users, groups } = admin.sandbox.organization.account(admin.sandbox.authAccount);
    const get = groups.get.bind(groups);
    let times = 1;
    groups.get = (name) => {
      // The fault comes after the user was made, and before the user is added to the group.
      if (users.get("alice") !== undefined && times-- > 0) throw new AwsError("Throttling", "Rate exceeded");
      return get(name);
    };
    await admin.succeed("up", "--yes");
    expect(times).to.be.lessThan(1);
    await expectComplete(admin);
    await expectNothingToDo(admin);
  });

  it("a user whom AWS has made only in part, because something was missing, is completed once it is there", async () => {
    admin = await Administrator.withStack();
    // The group is deleted by hand, which the stack does not know: the new user cannot be put into it.
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
    await expectComplete(admin);
  });

  it("Ctrl-C before the question ends it, and says to run the command that was run", async () => {
    await begin();
    // The management account's provider makes this call in every preview.
    admin.sandbox.setLatency(3000, "GetCallerIdentity");
    const terminal = admin.terminal("up");
    await terminal.waitFor("Previewing: ");
    terminal.ctrlC();
    await terminal.waitFor("Error: Interrupted; nothing was changed in AWS.");
    await terminal.waitFor("Run the command again.");
    expect(await terminal.ended()).to.equal(1);
    expect(admin.changesSince(0)).to.eql([]);
  });

  describe("when it is stopped while AWS makes the user", () => {
    /** Runs `up`, and calls `act` as soon as AWS has been asked for the user. */
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
      await expectComplete(admin);
    };

    it("by SIGINT, it finishes what is under way, says so, and the next up completes", async () => {
      const { status, stderr } = await stopping((child) => child.kill("SIGINT"));
      expect(status).to.equal(1);
      expect(stderr).to.contain("Cancelling: what is under way is being finished.");
      expect(stderr).to.match(
        /Error: Cancelled after 3 changes; the state knows what was done\.\nRun mfa-admin up --stack main to go on from there\. Then mfa-admin reset-password alice makes the one-time password\.\n$/,
      );
      await goOn();
    });

    const onTerminal: [string, (terminal: Terminal) => void][] = [
      [
        "Ctrl-C",
        (terminal) => {
          terminal.ctrlC();
        },
      ],
      [
        "SIGTERM",
        (terminal) => {
          terminal.signal("SIGTERM");
        },
      ],
    ];
    for (const [what, act] of onTerminal) {
      it(`by ${what} on a terminal, it does the same`, async () => {
        await begin();
        admin.sandbox.setLatency(1500, "ResourceHandler");
        const terminal = admin.terminal("up", "--yes");
        while (!userAskedFor()) await setTimeout(20);
        act(terminal);
        await terminal.waitFor("Cancelling: what is under way is being finished.");
        await terminal.waitFor("Error: Cancelled after 3 changes; the state knows what was done.");
        expect(await terminal.ended()).to.equal(1);
        await goOn();
      });
    }
  });
});
