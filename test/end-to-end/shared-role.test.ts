import { expect } from "chai";

import { refusal } from "../sandbox/testing.ts";
import { applyingRole } from "../support/ci-roles.ts";
import { Developer, works } from "../support/developer.ts";
import { dayEndingIn } from "../support/day.ts";
import { Administrator } from "../support/harness.ts";

/** Changes the settings to a shared role. Only bob's entry names an account then. */
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
  let joann: Developer;

  before(async () => {
    admin = await Administrator.withStack({
      developers: ["ann", "joann", "bob"],
      edit: shared,
      stackSetsAccess: true,
    });
    ann = await Developer.enrol(admin.sandbox, "ann");
    joann = await Developer.enrol(admin.sandbox, "joann");
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

  it("asks AWS no more often where there are more accounts, but for the pages of their lists", async () => {
    const { sandbox } = admin;
    const restore = await admin.save();
    const calls = async (name: string): Promise<Record<string, number>> => {
      const from = sandbox.requests.length;
      await admin.succeed("add-developer", name, "--account", "payments", "--yes");
      await admin.succeed("up", "--yes");
      const byAction = Map.groupBy(sandbox.requests.slice(from), ({ action }) => action);
      return Object.fromEntries([...byAction].map(([action, { length }]) => [action, length]));
    };
    try {
      const few = await calls("carol");
      expect(few).to.include({ ListAccountsForParent: 2, ListStackInstances: 1 });
      for (let index = 0; index < 118; index++) sandbox.addAccount(String(600_000_000_000 + index), `More ${index}`);
      await sandbox.stackSets.busy.get("mfa-admin-roles");
      // 120 accounts, 20 a page, read once by each of the two commands; the instances are 100 a page.
      expect(await calls("dave")).to.eql({ ...few, ListAccountsForParent: 12, ListStackInstances: 2 });
    } finally {
      await restore();
    }
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

  it("lock ends what is open in all accounts, and unlock lets in again with the same key and device", async () => {
    const [session, other] = [await ann.login("sandbox", "developer"), await joann.login("sandbox", "developer")];
    const { stderr } = await admin.succeed("lock", "ann", "--reason", "a lost laptop", "--yes");
    expect(stderr).to.contain("ann: sessions of the shared role ended in all accounts");
    expect([await works(session), await works(other)]).to.eql([false, true]);
    expect(await enters(ann, "sandbox")).to.equal(false);
    expect((await admin.succeed("list")).stdout).to.match(/ann \(locked\) +every account/);
    await admin.succeed("unlock", "ann", "--yes");
    admin.sandbox.clock.advance(10);
    expect([await works(session), await enters(ann, "payments")]).to.eql([false, true]);
  });

  it("lock --all ends everybody's by one statement", async () => {
    const session = await bob.login("sandbox", "developer");
    await admin.succeed("lock", "--all", "--yes");
    expect(await works(session)).to.equal(false);
    await admin.succeed("unlock", "--all", "--yes");
    admin.sandbox.clock.advance(10);
    expect(await enters(bob, "sandbox")).to.equal(true);
  });

  it("is entered until the day that the roster says, and not from then on", async () => {
    const { sandbox } = admin;
    const until = dayEndingIn(120, sandbox.clock.now());
    await admin.succeed("extend", "bob", "--until", until, "--account", "sandbox", "--yes");
    expect(await enters(bob, "sandbox")).to.equal(true);
    sandbox.clock.advance(180);
    expect(await enters(bob, "sandbox")).to.equal(false);
    const { accessKeyId, secretAccessKey } = bob.accessKey;
    const env = {
      HOME: await admin.makeDirectory("mfa-admin-home-"),
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    };
    const refused = await admin.runWith({ env }, "login", "--account", "sandbox", bob.nextCode());
    expect(refused.status, refused.stderr).to.equal(1);
    expect(refused.stderr.replace(/\s+/g, " "))
      .to.contain("A policy of your own user denies you sandbox: your access there is over (until)")
      .and.to.contain("mfa-admin extend bob --account sandbox --until DAY lets you in again");
    await admin.editSettings((text) => text.replace(/bob: .*/, "bob: { accounts: [sandbox] }"));
    await admin.succeed("up", "--yes");
    expect(await enters(bob, "sandbox")).to.equal(true);
    const { status, stderr } = await admin.run(
      "extend",
      "ann",
      "--until",
      "2099-01-31",
      "--account",
      "sandbox",
      "--yes",
    );
    expect([status, stderr.replace(/\s+/g, " ")]).to.eql([
      1,
      "Error: ann enters every account by one tag, and not sandbox by one of its own. Leave --account out, or name the accounts of developers.ann in Pulumi.main.yaml first. ",
    ]);
  });

  it("ends the sessions of who is removed in all accounts by one call, after the user, and nobody else's", async () => {
    const { sandbox } = admin;
    const sessions = [await ann.login("sandbox", "developer"), await ann.login("payments", "developer")];
    const other = await joann.login("sandbox", "developer");
    const from = sandbox.requests.length;
    const { stderr } = await admin.succeed("remove-developer", "ann", "--yes");
    expect(stderr).to.match(/ann: sessions of the shared role ended in all accounts; .* in force at 20\S+Z/);
    // No development account is called, however many there are.
    const asked = new Set(sandbox.requests.slice(from).map(({ accountId }) => accountId));
    expect([...asked].sort()).to.eql([sandbox.managementAccount, sandbox.authAccount]);
    const changes = admin.changesSince(from).map(({ accountId, action }) => `${accountId} ${action}`);
    expect(changes[0]).to.equal(`${sandbox.authAccount} PutUserPolicy`);
    expect(changes.filter((change) => /CreatePolicy|AttachPolicy|UpdatePolicy/.test(change))).to.eql([
      `${sandbox.managementAccount} UpdatePolicy`,
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

  it("is all kept by CI's role for up: another longest session, one who comes, one who goes", async () => {
    const session = await joann.login("sandbox", "developer");
    await admin.editSettings((text) =>
      text
        .replace("  mfa-admin:roles: shared\n", "  mfa-admin:roles: shared\n  mfa-admin:sessionDuration: 7200\n")
        .replace(/ {4}joann:.*\n/, "    dan: { accounts: [sandbox] }\n"),
    );
    const env = await applyingRole(admin, { sharedRole: true });
    const { status, stdout, stderr } = await admin.runWith({ env }, "up", "--yes");
    expect(status, stderr).to.equal(0);
    expect(stdout).to.contain("1 created").and.to.contain("1 deleted");
    expect(roleIn("333333333333")?.maxSessionDuration).to.equal(7200);
    expect(await works(session)).to.equal(false);
    expect(await enters(await Developer.enrol(admin.sandbox, "dan"), "sandbox")).to.equal(true);
  });
});
