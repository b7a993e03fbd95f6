import { expect } from "chai";

import { refusal } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";

/** The settings of a shared role: nobody names an account but bob's line. */
const shared = (settings: string): string =>
  settings
    .replace(/ {2}mfa-admin:developmentAccounts:\n(?: {4}.*\n)+/, "  mfa-admin:roles: shared\n")
    .replace("    bob: {}", "    bob: { accounts: [sandbox] }");

const enters = async (developer: Developer, account: string): Promise<boolean> => {
  try {
    return await works(await developer.login(account, "developer"));
  } catch {
    return false;
  }
};

describe("a shared role", () => {
  let admin: Administrator;
  let ann: Developer;
  let bob: Developer;

  before(async () => {
    admin = await Administrator.withStack({
      developers: ["ann", "joann", "bob"],
      edit: shared,
      stackSetsAccess: true,
    });
    ann = await Developer.enrol(admin.sandbox, "ann");
    bob = await Developer.enrol(admin.sandbox, "bob");
  });
  after(() => admin.close());

  const roleIn = (account: string) => admin.sandbox.organization.account(account).roles.get("developer");

  it("is in every account of the units after one up, by one resource", async () => {
    expect(admin.firstUp?.stderr).to.contain("The shared role is in 2 of 2 accounts.");
    for (const account of Object.values(admin.sandbox.developmentAccounts)) {
      expect(roleIn(account)?.attachedPolicies).to.include("arn:aws:iam::aws:policy/AdministratorAccess");
    }
    const types = (await admin.resourcesInState()).map(({ type }) => type);
    expect(types.filter((type) => type === "aws-native:cloudformation:StackSet")).to.have.length(1);
    expect(types).not.to.include("aws-native:iam:Role");
  });

  it("has nothing to do on a second run, and asks no account but the auth account", async () => {
    const from = admin.sandbox.requests.length;
    const { stdout } = await admin.succeed("up", "--yes");
    expect(stdout).to.contain("unchanged");
    const accounts = new Set(admin.sandbox.requests.slice(from).map(({ accountId }) => accountId));
    expect([...accounts].sort()).to.eql([admin.sandbox.managementAccount, admin.sandbox.authAccount]);
  });

  it("lets in where the user's tags say so, a new account without any up included", async () => {
    const { sandbox } = admin;
    sandbox.addAccount("555555555555", "New one");
    await sandbox.stackSets.busy.get("mfa-admin-roles");
    expect(await Promise.all([enters(ann, "sandbox")])).to.eql([true]);
    expect(await enters(ann, "555555555555")).to.equal(true);
    expect(await enters(bob, "sandbox")).to.equal(true);
    expect(await enters(bob, "payments")).to.equal(false);
    expect((await refusal(bob.login("sandbox"))).name).to.equal("AccessDenied");
  });

  it("adds a developer by making a user alone", async () => {
    const from = admin.sandbox.requests.length;
    await admin.succeed("add-developer", "carol", "--account", "payments", "--yes");
    const made = admin.changesSince(from).filter(({ action }) => /^Create|^Update/.test(action));
    expect(made.map(({ action }) => action)).to.eql(["CreateResource"]);
    const carol = await Developer.enrol(admin.sandbox, "carol");
    expect([await enters(carol, "payments"), await enters(carol, "sandbox")]).to.eql([true, false]);
  });

  it("refuses a name that no account has, and says where names are to be seen", async () => {
    const { status, stderr } = await admin.run("add-developer", "dave", "--account", "paymens", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.match(/no account of the organizational units has this name.*Did you mean payments\?/s);
  });

  it("ends the sessions of who is removed in all accounts by one call, after the user, and nobody else's", async () => {
    const { sandbox } = admin;
    const joann = await Developer.enrol(sandbox, "joann");
    const sessions = [await ann.login("sandbox", "developer"), await ann.login("payments", "developer")];
    const other = await joann.login("sandbox", "developer");
    const from = sandbox.requests.length;
    const { stderr } = await admin.succeed("remove-developer", "ann", "--yes");
    expect(stderr).to.match(/ann: sessions of the shared role ended in all accounts; .* in force at 20\S+Z/);
    const changes = admin.changesSince(from).map(({ accountId, action }) => `${accountId} ${action}`);
    expect(changes[0]).to.equal(`${sandbox.authAccount} PutUserPolicy`);
    expect(changes.filter((change) => /CreatePolicy|AttachPolicy|UpdatePolicy/.test(change))).to.eql([
      `${sandbox.managementAccount} CreatePolicy`,
      `${sandbox.managementAccount} AttachPolicy`,
    ]);
    expect(await Promise.all(sessions.map(works))).to.eql([false, false]);
    expect(await works(other)).to.equal(true);
  });

  it("ends the sessions in an account that is taken from somebody who stays", async () => {
    const session = await bob.login("sandbox", "developer");
    await admin.editSettings((text) => text.replace("bob: { accounts: [sandbox] }", "bob: { accounts: [payments] }"));
    await admin.succeed("up", "--yes");
    expect(await works(session)).to.equal(false);
    expect([await enters(bob, "sandbox"), await enters(bob, "payments")]).to.eql([false, true]);
  });
});
