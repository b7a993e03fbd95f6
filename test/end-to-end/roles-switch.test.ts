import { expect } from "chai";

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

  it("goes on by a second run where the first was broken off, and shuts out nobody at any step", async () => {
    const { sandbox } = admin;
    const steps = [
      // Before the shared role is there, after it, and between the tags of the users.
      { action: "CreateResource", resource: "mfa-admin-roles" },
      { action: "UpdateResource", resource: "policy/mfa-admin-developer" },
      { action: "UpdateResource", resource: "bob" },
    ];
    for (const step of steps) {
      sandbox.injectFault({ ...step, code: "AccessDenied", times: 1 });
      const { status } = await admin.run("up", "--yes");
      expect(status, JSON.stringify(step)).to.equal(1);
      sandbox.clearFaults();
      expect(await enters(alice, "sandbox"), JSON.stringify(step)).to.equal(true);
    }
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr).to.contain("The shared role is in 2 of 2 accounts.");
    expect(stderr.replace(/\s+/g, " ")).to.match(/Not changed over yet.*alice used the old role in sandbox on 20/);
    expect(await ways()).to.eql({ own: true, shared: true });
  });

  it("deletes the old roles when the switch is said to be finished, and not before", async () => {
    await admin.succeed("up", "--yes");
    expect(await ways()).to.eql({ own: true, shared: true });
    await admin.succeed("up", "--yes", "--finish-switch");
    expect(await ways()).to.eql({ own: false, shared: true });
    const types = (await admin.resourcesInState()).map(({ type }) => type);
    expect(types).not.to.include("aws-native:iam:Role");
  });

  it("comes back the same way", async () => {
    await admin.editSettings(back);
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr.replace(/\s+/g, " ")).to.contain("mfa-admin up --finish-switch deletes it.");
    expect(await ways()).to.eql({ own: true, shared: true });
    await admin.succeed("up", "--yes", "--finish-switch");
    expect(await ways()).to.eql({ own: true, shared: false });
    expect(admin.sandbox.stackSets.byName.size).to.equal(0);
  });
});
