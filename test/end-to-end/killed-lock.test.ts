import { AttachRolePolicyCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { readdir } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

import { administratorOf } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";
import { lockDirectory } from "../support/state-lock.ts";

const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll";
const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

describe("whoever is locked stays locked when up is killed while AWS changes them,", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
    await admin.succeed("lock", "alice", "--reason", "lost laptop", "--yes");
  });
  after(() => admin.close());

  const account = (name: string) => admin.sandbox.organization.account(admin.sandbox.developmentAccounts[name] ?? "");
  const user = () => admin.sandbox.organization.account(admin.sandbox.authAccount).users.get("alice") ?? expect.fail();
  const role = () => account("sandbox").roles.get("developer-alice") ?? expect.fail();

  const untilOf = (day: string): Promise<void> =>
    admin.editSettings((text) => text.replace(/alice:.*/, `alice: { until: ${day} }`));

  /** Kills `up` as soon as something has happened. */
  async function killWhen(hasHappened: () => boolean | Promise<boolean>): Promise<void> {
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (!(await hasHappened()) && child.exitCode === null) await setTimeout(5);
      process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    const { status } = await admin.runWith({ meanwhile }, "up", "--yes");
    expect(status).to.equal(null);
  }

  /** Kills `up` as soon as AWS has made a change, before the engine is told so. */
  async function killWhenChanged(isChanged: () => boolean): Promise<void> {
    admin.sandbox.setLatency(3_000, "GetResourceRequestStatus");
    await killWhen(isChanged);
    admin.sandbox.setLatency(0, "GetResourceRequestStatus");
  }

  it("by the lock and the end of their sessions", async () => {
    await untilOf("2098-01-31");
    await admin.succeed("up", "--yes");
    const policies = [...user().inlinePolicies.keys()].sort();
    expect(policies).to.include("mfa-admin-lock");
    await untilOf("2099-01-31");
    await killWhenChanged(() => user().inlinePolicies.get("mfa-admin-until")?.includes("2099") === true);
    expect([...user().inlinePolicies.keys()].sort()).to.eql(policies);
    await admin.succeed("up", "--yes");
    expect([...user().inlinePolicies.keys()].sort()).to.eql(policies);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });

  it("by a managed policy that only denies", async () => {
    const { iam } = await administratorOf(admin.sandbox, account("sandbox").id);
    await iam.send(new AttachRolePolicyCommand({ RoleName: "developer-alice", PolicyArn: denyAll }));
    const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    await admin.editSettings((text) =>
      text.replace("config:\n", `config:\n  mfa-admin:permissions: ["${readOnly}"]\n`),
    );
    await killWhenChanged(() => role().attachedPolicies.has(readOnly));
    expect([...role().attachedPolicies]).to.include(denyAll);
    await admin.succeed("up", "--yes");
    expect([...role().attachedPolicies]).to.have.members([readOnly, denyAll]);
    expect((await admin.succeed("preview")).stdout).to.not.contain(administratorAccess);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });

  it("also by what somebody else has put, where up was killed before it has taken that out of the state", async () => {
    const Statement = [{ Effect: "Deny", Action: "*", Resource: "*" }];
    role().inlinePolicies.set("frozen-by-bob", JSON.stringify({ Version: "2012-10-17", Statement }));
    await untilOf("2097-01-31");
    const isNoted = async (): Promise<boolean> =>
      JSON.stringify(await admin.resourcesInState()).includes("frozen-by-bob");
    await killWhen(isNoted);
    expect(await isNoted()).to.equal(true);
    const { stdout } = await admin.succeed("preview");
    expect(stdout).to.contain("role developer-alice in sandbox has what only denies: AWSDenyAll and frozen-by-bob.");
    expect(stdout).to.not.contain("removed");
    await admin.succeed("up", "--yes");
    expect([...role().inlinePolicies.keys()]).to.include.members(["frozen-by-bob", "mfa-admin-lock"]);
    expect(await isNoted()).to.equal(false);
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });
});

describe("a lock that a killed up has left in the state", () => {
  let admin: Administrator;
  let restore: () => Promise<void>;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"], stackSetsAccess: true });
    await admin.succeed("lock", "alice", "--yes");
    await admin.editSettings((text) => text.replace(/alice:.*/, "alice: { until: 2099-01-31 }"));
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while ((await noted()).length < 3 && child.exitCode === null) await setTimeout(5);
      process.kill(-(child.pid ?? 0), "SIGKILL");
    };
    expect((await admin.runWith({ meanwhile }, "up", "--yes")).status).to.equal(null);
    expect(await noted()).to.have.members(["alice", "alice@sandbox", "alice@payments"]);
    restore = await admin.save();
  });
  after(() => admin.close());
  beforeEach(() => restore());

  /** The names of the resources that have the lock in the state. */
  const noted = async (): Promise<string[]> =>
    (await admin.resourcesInState()).flatMap((resource) =>
      JSON.stringify(resource).includes("mfa-admin-lock")
        ? [resource.urn.slice(resource.urn.lastIndexOf(":") + 1)]
        : [],
    );
  const account = (name: string) => admin.sandbox.organization.account(admin.sandbox.developmentAccounts[name] ?? "");
  const locked = (): boolean[] =>
    ["sandbox", "payments"].map(
      (name) => account(name).roles.get("developer-alice")?.inlinePolicies.has("mfa-admin-lock") === true,
    );

  it("is no change that preview shows when it has been taken off, and fits a plan from before", async () => {
    await admin.succeed("preview", "--save-plan", "plan.json");
    await admin.succeed("unlock", "alice", "--yes");
    expect((await admin.succeed("preview")).stdout).to.match(/^Nothing to do: /);
    expect((await admin.succeed("up", "--yes", "--plan", "plan.json")).stdout).to.match(/: \d+ unchanged\.\n$/);
    expect(await noted()).to.eql([]);
    expect(locked()).to.eql([false, false]);
  });

  it("is no edit that add-developer tells of", async () => {
    expect((await admin.succeed("add-developer", "carol", "--yes")).stderr).to.not.contain("pending");
    expect(await noted()).to.eql([]);
    expect(locked()).to.eql([true, true]);
  });

  it("makes no up change anything in an account that cannot be reached", async () => {
    const access = account("payments").roles.get("OrganizationAccountAccessRole") ?? expect.fail();
    const { trustPolicy } = access;
    access.trustPolicy = trustPolicy.replaceAll(admin.sandbox.managementAccount, "999999999999");
    const { stdout, stderr } = await admin.run("up", "--yes");
    expect(stdout, stderr).to.match(/: \d+ unchanged\.\n$/);
    access.trustPolicy = trustPolicy;
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
    expect(await noted()).to.eql([]);
    expect(locked()).to.eql([true, true]);
  });

  it("does not come back after unlock on roles that stay beside a shared one", async () => {
    await admin.editSettings((text) =>
      text.replace("  mfa-admin:developers:", "  mfa-admin:roles: shared\n  mfa-admin:developers:"),
    );
    await admin.succeed("up", "--yes");
    expect(locked()).to.eql([true, true]);
    await admin.succeed("unlock", "alice", "--yes");
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
    expect(locked()).to.eql([false, false]);
    expect(await noted()).to.eql([]);
  });
});

describe("a lock that is put while up runs", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
  });
  after(() => admin.close());

  it("is in force when both have ended, though the run has taken it off, and says so", async () => {
    const { organization, authAccount, developmentAccounts } = admin.sandbox;
    await admin.editSettings((text) => text.replace(/alice:.*/, "alice: { until: 2099-01-31 }"));
    admin.sandbox.setLatency(1000, "ResourceHandler");
    let locking: ReturnType<Administrator["run"]> | undefined;
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      const isAsked = (): boolean => admin.sandbox.requests.some(({ action }) => action === "UpdateResource");
      while (!isAsked() && child.exitCode === null) await setTimeout(5);
      locking = admin.run("lock", "alice", "--yes");
    };
    const { status, stderr } = await admin.runWith({ meanwhile }, "up", "--yes");
    expect(status, stderr).to.equal(0);
    const locked = await locking;
    expect(locked?.status, locked?.stderr).to.equal(0);
    expect(locked?.stderr).to.contain(", which may undo this without knowing of it: this is done again");
    const policies = ["mfa-admin-lock", "AWSRevokeOlderSessions", "mfa-admin-until"];
    const user = organization.account(authAccount).users.get("alice");
    expect([...(user?.inlinePolicies.keys() ?? [])]).to.have.members(policies);
    for (const id of Object.values(developmentAccounts)) {
      const role = organization.account(id).roles.get("developer-alice");
      expect([...(role?.inlinePolicies.keys() ?? [])]).to.have.members(policies);
    }
    admin.sandbox.setLatency(0, "ResourceHandler");
    expect((await admin.succeed("up", "--yes")).stdout).to.match(/: \d+ unchanged\.\n$/);
  });

  it("is in force also where the run has begun and has changed nothing yet, without putting it again", async () => {
    const { organization, authAccount } = admin.sandbox;
    const bob = organization.account(authAccount).users.get("bob") ?? expect.fail();
    const Statement = [{ Effect: "Deny", Action: "*", Resource: "*" }];
    await admin.editSettings((text) => text.replace(/bob:.*/, "bob: { until: 2099-01-31 }"));
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      const isRunning = async (): Promise<boolean> => (await readdir(lockDirectory(admin)).catch(() => [])).length > 0;
      while (!(await isRunning()) && child.exitCode === null) await setTimeout(2);
      bob.inlinePolicies.set("frozen-by-alice", JSON.stringify({ Version: "2012-10-17", Statement }));
    };
    const { status, stderr } = await admin.runWith({ meanwhile }, "up", "--yes");
    expect(status, stderr).to.equal(0);
    expect([...bob.inlinePolicies.keys()]).to.have.members(["frozen-by-alice", "mfa-admin-until"]);
  });
});
