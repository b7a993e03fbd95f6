import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

import { Developer, works } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";

const enters = async (developer: Developer, account: string, role?: string): Promise<boolean> => {
  try {
    return await works(await developer.login(account, role));
  } catch {
    return false;
  }
};

const toShared = (text: string): string =>
  text.replace("  mfa-admin:developers:", "  mfa-admin:roles: shared\n  mfa-admin:developers:");
const back = (text: string): string => text.replace("  mfa-admin:roles: shared\n", "");

/** How long AWS works on each resource: long enough for a run to be killed meanwhile. */
const handlerMilliseconds = 1500;

describe("from roles of the developers' own to a shared one, and back", () => {
  let admin: Administrator;
  let alice: Developer;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"], stackSetsAccess: true });
    alice = await Developer.enrol(admin.sandbox, "alice");
  });
  after(() => admin.close());

  const ways = async (): Promise<{ own: boolean; shared: boolean }> => ({
    own: await enters(alice, "sandbox"),
    shared: await enters(alice, "sandbox", "developer"),
  });

  it("needs trusted access for StackSets first, and says what to run", async () => {
    await admin.editSettings(toShared);
    admin.sandbox.stackSets.trustedAccess = false;
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr.replace(/\s+/g, " ")).to.contain(
      "Run: aws cloudformation activate-organizations-access --region us-east-1",
    );
    admin.sandbox.stackSets.trustedAccess = true;
  });

  /** Kills a run with all that it has started as soon as AWS works on this. AWS goes on by itself. */
  async function killed(action: string, type: string, ...args: string[]): Promise<void> {
    const { sandbox } = admin;
    const from = sandbox.requests.length;
    sandbox.setLatency(handlerMilliseconds, "ResourceHandler");
    const isAsked = (): boolean =>
      sandbox.requests.slice(from).some((one) => one.action === action && one.input["TypeName"] === type);
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (!isAsked() && child.exitCode === null) await setTimeout(20);
      process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    await admin.runWith({ meanwhile }, "up", "--yes", ...args);
    expect(isAsked(), `${action} ${type}`).to.equal(true);
    await setTimeout(handlerMilliseconds + 100);
    sandbox.setLatency(0, "ResourceHandler");
  }

  it("goes on by the next run where one was killed, at each step, and shuts out nobody meanwhile", async () => {
    const steps = [
      ["CreateResource", "AWS::CloudFormation::StackSet"],
      ["UpdateResource", "AWS::IAM::ManagedPolicy"],
      ["UpdateResource", "AWS::IAM::User"],
    ] as const;
    for (const [action, type] of steps) {
      await killed(action, type);
      expect(await enters(alice, "sandbox"), type).to.equal(true);
    }
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr).to.contain("The shared role is in 2 of 2 accounts.");
    // The switch waits for developers who have used the old role alone.
    expect(stderr.replace(/\s+/g, " ")).to.match(/Not logged in by the shared role yet.*: alice, bob\./);
    expect(stderr.replace(/\s+/g, " ")).to.match(/Not changed over yet.*alice used the old role in sandbox on 20/);
    expect(await ways()).to.eql({ own: true, shared: true });
  });

  /** Locks everybody and lets them in again. Returns which of alice's sessions, opened before, the lock has left. */
  async function openAfterLockAll(...roles: (string | undefined)[]): Promise<boolean[]> {
    const sessions = [];
    for (const role of roles) sessions.push(await alice.login("sandbox", role));
    await admin.succeed("lock", "--all", "--yes");
    const open = await Promise.all(sessions.map(works));
    await admin.succeed("unlock", "--all", "--yes");
    admin.sandbox.clock.advance(10);
    return open;
  }

  it("is locked in both forms by lock --all, until the switch is finished", async () => {
    // An administrator may leave out the accounts' names as soon as the role is shared.
    const settings = await admin.settings();
    await admin.editSettings((text) => text.replace(/ {2}mfa-admin:developmentAccounts:\n(?: {4}.*\n)+/, ""));
    expect(await openAfterLockAll(undefined, "developer")).to.eql([false, false]);
    await admin.editSettings(() => settings);
    expect(await ways()).to.eql({ own: true, shared: true });
  });

  it("deletes the old roles when the switch is said to be finished, and not before", async () => {
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr.replace(/\s+/g, " ")).to.match(/Not logged in by the shared role yet.*: bob\./);
    expect(await ways()).to.eql({ own: true, shared: true });
    await killed("DeleteResource", "AWS::IAM::Role", "--finish-switch");
    expect((await ways()).shared).to.equal(true);
    await admin.succeed("up", "--yes", "--finish-switch");
    expect(await ways()).to.eql({ own: false, shared: true });
    const types = (await admin.resourcesInState()).map(({ type }) => type);
    expect(types).not.to.include("aws-native:iam:Role");
  });

  it("comes back the same way", async () => {
    await admin.editSettings(back);
    expect(await openAfterLockAll("developer"), "before the edit is applied").to.eql([false]);
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr.replace(/\s+/g, " ")).to.contain("mfa-admin up --finish-switch deletes it.");
    expect(await openAfterLockAll(undefined, "developer")).to.eql([false, false]);
    expect(await ways()).to.eql({ own: true, shared: true });
    await admin.succeed("up", "--yes", "--finish-switch");
    expect(await ways()).to.eql({ own: true, shared: false });
    expect(admin.sandbox.stackSets.byName.size).to.equal(0);
  });
});
