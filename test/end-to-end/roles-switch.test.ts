import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

import type { Verification } from "../../cli/results/verify.ts";
import { trust } from "../sandbox/testing.ts";
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

/** The time that AWS works on each resource: long enough for a run to be killed meanwhile. */
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

  /** Kills `up` with its child processes as soon as AWS is asked for this action. AWS finishes its work. */
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
    // up waits for developers who have only logged in by their old roles.
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

describe("the guard rail roles, while a switch of roles is not finished,", () => {
  let admin: Administrator;

  before(async () => {
    const edit = (text: string): string =>
      text.replace("  mfa-admin:developers:", "  mfa-admin:guardRails: [roles]\n  mfa-admin:developers:");
    admin = await Administrator.withStack({ developers: ["alice"], stackSetsAccess: true, edit });
  });
  after(() => admin.close());

  /** Whether a developer's session may let somebody else into a role. */
  async function mayBeOpened(developer: Developer, own: string, RoleName: string): Promise<boolean> {
    const { iam } = await developer.login("sandbox", own);
    const PolicyDocument = trust("arn:aws:iam::333333333333:root");
    return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument })).then(
      () => true,
      () => false,
    );
  }

  /** The findings of verify about the organization's policies. */
  async function differing(): Promise<string[]> {
    const { stdout } = await admin.run("verify", "--json");
    const { findings } = JSON.parse(stdout) as Verification;
    return findings.filter(({ kind }) => kind === "control-policy").map(({ fact }) => fact);
  }

  it("keeps the roles of both forms, in both directions, and verify takes it for what it should be", async () => {
    const alice = await Developer.enrol(admin.sandbox, "alice");
    const opened = async (): Promise<boolean[]> => [
      await mayBeOpened(alice, "developer-alice", "developer"),
      await mayBeOpened(alice, "developer", "developer-alice"),
    ];
    await admin.editSettings(toShared);
    await admin.succeed("up", "--yes");
    expect(await opened()).to.eql([false, false]);
    expect(await differing()).to.eql([]);
    await admin.succeed("up", "--yes", "--finish-switch");
    await admin.editSettings(back);
    await admin.succeed("up", "--yes");
    expect(await opened()).to.eql([false, false]);
    expect(await differing()).to.eql([]);
    await admin.succeed("up", "--yes", "--finish-switch");
    const { content = "" } =
      [...admin.sandbox.organization.policies.values()].find(({ name }) => name === "mfa-admin-guard-rails") ?? {};
    expect(content).to.include("role/developer-*").and.not.include('role/developer"');
    expect(await differing()).to.eql([]);
  });
});

describe("an edit of what developers may do, while a switch of roles is not finished, reaches the roles of both forms,", () => {
  const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";
  const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"], stackSetsAccess: true });
  });
  after(() => admin.close());

  const role = (name: string) =>
    admin.sandbox.organization.account(admin.sandbox.developmentAccounts["sandbox"] ?? "").roles.get(name) ??
    expect.fail(name);
  const rights = (name: string) => {
    const { attachedPolicies, maxSessionDuration } = role(name);
    return { policies: [...attachedPolicies], maxSessionDuration };
  };
  const narrower = (text: string): string =>
    text.replace(
      "  mfa-admin:developers:",
      `  mfa-admin:permissions: [${readOnly}]\n  mfa-admin:sessionDuration: 3600\n  mfa-admin:developers:`,
    );
  const wider = (text: string): string => text.replace(/ {2}mfa-admin:(permissions|sessionDuration): .*\n/g, "");

  it("where it stands in the same edit as the switch to the shared role; what shuts somebody out of an old role stays", async () => {
    expect(rights("developer-alice")).to.deep.include({ policies: [administratorAccess] });
    await admin.succeed("lock", "bob", "--yes");
    const deny = "arn:aws:iam::aws:policy/AWSDenyAll";
    role("developer-bob").attachedPolicies.add(deny);
    await admin.editSettings((text) => narrower(toShared(text)));
    await admin.editSettings((text) => text.replace("    bob: {}", "    bob: { until: 9990-12-31 }"));
    expect((await admin.run("preview")).stdout).to.match(/role developer-alice/);
    await admin.succeed("up", "--yes");
    const narrow = { policies: [readOnly], maxSessionDuration: 3600 };
    expect(rights("developer-alice")).to.eql(narrow);
    expect(rights("developer")).to.eql(narrow);
    expect(rights("developer-bob").policies).to.have.members([readOnly, deny]);
    expect([...role("developer-bob").inlinePolicies.keys()]).to.include.members(["mfa-admin-lock", "mfa-admin-until"]);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
    await admin.succeed("unlock", "bob", "--yes");
    role("developer-bob").attachedPolicies.delete(deny);
    await admin.succeed("up", "--yes", "--finish-switch");
  });

  it("and on the way back", async () => {
    await admin.editSettings((text) => wider(text));
    await admin.succeed("up", "--yes");
    expect(rights("developer")).to.deep.include({ policies: [administratorAccess] });
    await admin.editSettings((text) => narrower(back(text)));
    await admin.succeed("up", "--yes");
    const narrow = { policies: [readOnly], maxSessionDuration: 3600 };
    expect(rights("developer-alice")).to.eql(narrow);
    expect(rights("developer")).to.eql(narrow);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });
});
