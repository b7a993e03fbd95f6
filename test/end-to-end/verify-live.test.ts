import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

import { DetachPolicyCommand, ListPoliciesCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import type { Verification } from "../../cli/results/verify.ts";
import { clients } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";

const bySCP = "with an explicit deny in a service control policy";

describe("verify --live", () => {
  let admin: Administrator;
  let restore: () => Promise<void>;
  let sandboxAccount: string;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
    restore = await admin.save();
    sandboxAccount = admin.sandbox.developmentAccounts["sandbox"] ?? "";
  });
  afterEach(async () => {
    admin.sandbox.clearFaults();
    admin.sandbox.setLatency(0);
    await restore();
  });
  after(() => admin.close());

  /** Names of the canaries that AWS has. */
  const canaries = (): string[] =>
    [admin.sandbox.authAccount, sandboxAccount].flatMap((id) =>
      [...admin.sandbox.organization.account(id).users].flatMap(({ name }) =>
        name.startsWith("mfa-admin-canary-") ? [name] : [],
      ),
    );

  /** Does something as soon as both canaries have a key. */
  const onceKeysAreMade = (act: (child: ChildProcess) => void) => {
    const from = admin.sandbox.requests.length;
    admin.sandbox.setLatency(700, "ListUsers");
    return async (child: ChildProcess): Promise<void> => {
      const made = (): number =>
        admin.sandbox.requests.slice(from).filter(({ action }) => action === "CreateAccessKey").length;
      while (made() < 2 && child.exitCode === null) await setTimeout(10);
      act(child);
    };
  };

  it("really tries what a thief would, tells AWS's own words, and leaves nothing: no user, and no key in what it prints", async () => {
    // AWS does not know a new key at once.
    admin.sandbox.injectFault({
      ...{ service: "sts", action: "GetCallerIdentity", accountId: sandboxAccount },
      ...{ code: "InvalidClientTokenId", status: 403, times: 1 },
    });
    const from = admin.sandbox.requests.length;
    const { stdout, stderr } = await admin.succeed("verify", "--live", "sandbox", "--yes", "--exit-code");
    expect(stdout).to.match(/^All \d+ promises hold\.\n/);
    expect(stdout).to.contain("  ok sandbox: an IAM user, by access key, iam:CreateAccessKey on itself is denied.\n");
    expect(stdout).to.contain(bySCP);
    expect(stdout).to.contain(
      `  ok auth: a developer, by session without MFA, sts:AssumeRole on ${sandboxAccount}:role/developer-alice is denied.\n`,
    );
    expect(stdout).to.contain("with an explicit deny in an identity-based policy");
    expect(stderr).to.match(/- the IAM user mfa-admin-canary-[0-9a-f]{8} in sandbox \(\d+\), which may iam:Get/);
    expect(stderr).to.contain(`in auth (${admin.sandbox.authAccount}), in the group mfa-admin-developers, with an`);
    expect(canaries()).to.eql([]);
    expect(stdout + stderr).not.to.match(/A[KS]IA[A-Z0-9]{12}/);
    const changed = admin.changesSince(from).filter(({ outcome }) => outcome === "ok");
    const others = changed.filter(({ input }) => !JSON.stringify(input).includes("mfa-admin-canary-"));
    expect(others.map(({ action }) => action)).to.eql([]);
  });

  it("says what a thief could do where the service control policy is off, and still leaves nothing", async () => {
    const { organizations } = clients(admin.sandbox);
    const { Policies = [] } = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
    const PolicyId = Policies.find(({ Name }) => Name === "mfa-admin-require-mfa")?.Id;
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: admin.sandbox.organizationalUnit }));
    const { status, stdout } = await admin.run("verify", "--live", "sandbox", "--yes", "--exit-code", "--json");
    expect(status).to.equal(2);
    const report = JSON.parse(stdout) as Verification;
    expect(report.findings.map(({ name }) => name)).to.include.members(["live/sandbox/an-iam-user/access-key"]);
    const could = report.live?.filter(({ holds }) => !holds).map(({ account, action }) => `${account} ${action}`);
    const reads = ["iam:GetAccountSummary", "iam:ListUsers", "iam:ListRoles"];
    expect(could).to.eql([...reads, "iam:CreateAccessKey"].map((action) => `sandbox ${action}`));
    expect(canaries()).to.eql([]);
  });

  it("asks first, and makes nothing after a no; a slip in the account's name is told", async () => {
    const from = admin.sandbox.requests.length;
    const terminal = admin.terminal("verify", "--live", "sandbox");
    await terminal.waitFor("Make them, and try?");
    terminal.enter("n");
    expect(await terminal.ended()).to.equal(1);
    expect(terminal.screen).to.contain("What is tried with them, without MFA:");
    expect(admin.changesSince(from)).to.eql([]);
    const { status, stderr } = await admin.run("verify", "--live", "sandbux", "--yes");
    expect([status, stderr]).to.eql([
      1,
      'Error: There is no development account "sandbux" in the settings.\nDid you mean sandbox?\n',
    ]);
  });

  it("takes the canaries away when it is interrupted, too", async () => {
    const meanwhile = onceKeysAreMade((child) => child.kill("SIGINT"));
    const { status, stderr } = await admin.runWith({ meanwhile }, "verify", "--live", "sandbox", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("Interrupted. The canaries are gone again.");
    expect(canaries()).to.eql([]);
  });

  it("that was killed has left canaries, which the next verify knows, and takes away, or names where it only reads", async () => {
    const meanwhile = onceKeysAreMade((child) => process.kill(-(child.pid ?? 0), "SIGKILL"));
    await admin.runWith({ meanwhile }, "verify", "--live", "sandbox", "--yes");
    admin.sandbox.setLatency(0);
    const [name = ""] = canaries();
    expect(canaries()).to.eql([name, name]);
    // A canary's key is worthless in the end, even to whoever has it.
    expect([
      ...(admin.sandbox.organization.account(sandboxAccount).users.get(name)?.inlinePolicies.keys() ?? []),
    ]).to.eql(["mfa-admin-canary"]);
    const reading = { env: { MFA_ADMIN_ACCESS_ROLE: "OrganizationAccountAccessRole" } };
    const nightly = await admin.runWith(reading, "verify", "--exit-code");
    expect(nightly.status).to.equal(2);
    expect(nightly.stdout).to.contain(`Its name is canary/sandbox/${name}.`).and.not.to.contain("user/");
    const { stdout } = await admin.succeed("verify", "--exit-code");
    expect(stdout).to.contain(`Taken away, what a verify --live that died had left: auth/${name}, sandbox/${name}.`);
    expect(canaries()).to.eql([]);
  });
});
