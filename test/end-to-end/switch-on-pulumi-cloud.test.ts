import { setTimeout } from "node:timers/promises";

import { expect } from "chai";

import type { EndedSessions } from "../../cli/results/end-sessions.ts";
import type { Removal } from "../../cli/results/remove-developer.ts";
import { Administrator, initFlags, type Result } from "../support/harness.ts";
import { PulumiCloud } from "../support/pulumi-cloud.ts";

describe("while a switch to the shared role is not finished, with the state on Pulumi Cloud,", () => {
  let cloud: PulumiCloud;
  let admin: Administrator;
  let restore: () => Promise<void>;

  const run = (...args: string[]): Promise<Result> => admin.runWith({ env: cloud.environment() }, ...args);
  const ownRoles = { payments: "developer-bob", sandbox: "developer-bob" };

  /** Runs a command with `--json`. @returns what it prints, with its status and stderr on one line */
  async function json(...args: string[]): Promise<{ status: number | null; value: unknown; told: string }> {
    const { status, stdout, stderr } = await run(...args, "--json", "--yes");
    return { status, value: JSON.parse(stdout || "{}"), told: stderr.replace(/\s+/g, " ") };
  }

  /** The developers' own roles that carry a lock, by account. */
  const lockedRoles = (policy = "mfa-admin-lock"): Record<string, string> =>
    Object.fromEntries(
      Object.entries(admin.sandbox.developmentAccounts).flatMap(([account, id]) => {
        const { roles } = admin.sandbox.organization.account(id);
        return roles.names.filter((name) => roles.get(name)?.inlinePolicies.has(policy)).map((name) => [account, name]);
      }),
    );

  before(async () => {
    cloud = await PulumiCloud.start();
    admin = await Administrator.withoutProject({ stackSetsAccess: true });
    await run("init", ...initFlags(admin.sandbox), "--backend", cloud.url);
    await run("add-developer", "alice", "bob", "--yes");
    // An administrator may leave out the accounts' names as soon as the role is shared.
    await admin.editSettings((text) =>
      text
        .replace(/ {2}mfa-admin:developmentAccounts:\n(?: {4}.*\n)+/, "")
        .replace("  mfa-admin:developers:", "  mfa-admin:roles: shared\n  mfa-admin:developers:"),
    );
    const { status, stderr } = await run("up", "--yes");
    expect(status, stderr).to.equal(0);
    const [stacks, project] = [cloud.save(), await admin.save()];
    restore = () => {
      stacks();
      return project();
    };
  });
  after(async () => {
    cloud.close();
    await admin.close();
  });
  afterEach(async () => {
    cloud.refuse();
    admin.sandbox.clearFaults();
    await restore();
  });

  it("lock NAME locks the developer's own roles where the state has them, and unlock NAME takes that off", async () => {
    const { status, told } = await json("lock", "bob");
    expect({ status, told, locked: lockedRoles() }).to.eql({ status: 0, told: "", locked: ownRoles });
    await json("unlock", "bob");
    expect(lockedRoles()).to.eql({});
  });

  it("remove-developer ends the sessions of these roles before it deletes them, and end-sessions does", async () => {
    const ended = (await json("end-sessions", "bob")).value as EndedSessions;
    expect(ended.sessions).to.have.members(Object.keys(ownRoles));
    const { status, value, told } = await json("remove-developer", "bob");
    expect(status, told).to.equal(0);
    expect((value as Removal).cutOff[0]?.sessions).to.have.members(Object.keys(ownRoles));
  });

  it("lock NAME locks these roles of somebody who is off the roster already, too", async () => {
    await admin.editSettings((text) => text.replace(/ {4}bob: {}\n/, ""));
    await json("lock", "bob");
    expect(lockedRoles()).to.eql(ownRoles);
  });

  it("lock --all locks these roles, too", async () => {
    const { status, told } = await json("lock", "--all");
    expect(status, told).to.equal(0);
    expect(Object.keys(lockedRoles("mfa-admin-lock-all"))).to.have.members(Object.keys(ownRoles));
    await json("unlock", "--all");
  });

  it("lock, end-sessions and remove-developer act on the user before the server tells the state, and on these roles after it", async () => {
    const user = admin.sandbox.organization.account(admin.sandbox.authAccount).users.get("bob");
    for (const [command, policy] of [
      ["end-sessions", "AWSRevokeOlderSessions"],
      ["lock", "mfa-admin-lock"],
      ["remove-developer", "AWSRevokeOlderSessions"],
    ] as const) {
      user?.inlinePolicies.delete(policy);
      const held = cloud.hold(/export/);
      const started = Date.now();
      const running = run(command, "bob", "--yes", "--json");
      try {
        while (!held.isWaiting() || user?.inlinePolicies.has(policy) !== true) {
          // A command gives the server up after 8 s.
          expect(Date.now() - started, command).to.be.below(6000);
          await setTimeout(5);
        }
      } finally {
        held.release();
      }
      const { status, stdout, stderr } = await running;
      expect(status, stderr).to.equal(0);
      expect(stdout, command).to.contain("payments").and.to.contain("sandbox");
    }
  });

  it("the roles are looked for by their names in every account of the units where the server does not answer", async () => {
    cloud.refuse(/export/);
    const one = await json("lock", "bob");
    expect({ status: one.status, locked: lockedRoles() }).to.eql({ status: 0, locked: ownRoles });
    expect(one.told).to.contain("The state could not be read");
    const all = await json("lock", "--all");
    expect(all.status, all.told).to.equal(0);
    expect(Object.keys(lockedRoles("mfa-admin-lock-all"))).to.have.members(Object.keys(ownRoles));
  });

  it("what was not looked for is told, with status 1, where AWS does not tell the accounts either; the rest is locked", async () => {
    cloud.refuse(/export/);
    admin.sandbox.injectFault({
      ...{ service: "organizations", action: "ListAccountsForParent", code: "AccessDeniedException", status: 400 },
      times: Infinity,
    });
    for (const who of [["bob"], ["--all"]]) {
      const { status, told } = await json("lock", ...who);
      expect(status, told).to.equal(1);
      expect(told).to.contain("NOT looked for: roles of the developers' own in accounts that the settings do not name");
    }
    const { users } = admin.sandbox.organization.account(admin.sandbox.authAccount);
    expect([...(users.get("bob")?.inlinePolicies.keys() ?? [])]).to.include.members([
      "mfa-admin-lock",
      "mfa-admin-lock-all",
    ]);
  });
});
