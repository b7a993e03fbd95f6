import { TagUserCommand } from "@aws-sdk/client-iam";
import { UpdateStackSetCommand } from "@aws-sdk/client-cloudformation";
import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { administratorOf, clients } from "../sandbox/testing.ts";
import { Administrator, type Result } from "../support/harness.ts";
import { applyingRole } from "../support/ci-roles.ts";
import { scanSecret, skipPassword, typeKey, typeTwoCodes } from "../support/enrollment.ts";
import { Workstation } from "../support/workstation.ts";

/** Changes the settings to a shared role. Only bob's entry names an account then. */
const shared = (settings: string): string =>
  unnamed(settings).replace("    bob: {}", "    bob: { accounts: [sandbox] }");
const unnamed = (settings: string): string =>
  settings.replace(/ {2}mfa-admin:developmentAccounts:\n(?: {4}.*\n)+/, "  mfa-admin:roles: shared\n");

const inOneLine = (text: string): string => text.replace(/\s+/g, " ");

describe("a shared role, in trouble", () => {
  let admin: Administrator;
  const [third, fourth, fifth] = ["555555555555", "666666666666", "777777777777"] as const;
  const payments = "444444444444";
  const unit = "ou-abcd-11111111";

  before(async () => {
    const developers = ["ann", "joann", "bob"];
    admin = await Administrator.withStack({ developers, edit: shared, stackSetsAccess: true });
  });
  after(() => admin.close());

  const deployed = (): Promise<void> | undefined => admin.sandbox.stackSets.busy.get("mfa-admin-roles");
  const roleIn = (account: string) => admin.sandbox.organization.account(account).roles.get("developer");
  const edit = async (from: RegExp | string, to: string): Promise<Result> => {
    await admin.editSettings((text) => text.replace(from, to));
    return admin.run("up", "--yes");
  };

  it("the developer's own commands know it: login by an id, and by a name of the page of guide; whoami, enroll", async () => {
    const { stdout: page } = await admin.succeed("guide", "ann");
    expect(page).to.contain("everyAccount: true").and.to.contain("roleName: developer");
    // Only the page has the names, so that its commands name it.
    expect(page)
      .to.contain("mfa-admin enroll --kit PAGE\n")
      .and.to.contain("mfa-admin login CODE --account sandbox --kit PAGE\n")
      .and.to.contain("`PAGE` is this page, as a file");
    const [ann, bob] = [await Workstation.enrolled(admin, "ann"), await Workstation.new(admin, "bob")];
    const byId = await ann.run("login", "--account", payments, ann.nextCode());
    expect(byId.status, byId.stderr).to.equal(0);
    const kit = join(admin.directory, "ann.md");
    await writeFile(kit, page);
    const byName = await ann.run("login", "--kit", kit, "--account", "sandbox", ann.nextCode());
    expect(byName.status, byName.stderr).to.equal(0);
    expect((await ann.succeed("whoami")).stdout).to.match(/every account/);
    const unknown = await ann.run("login", "--account", "sandbx", ann.nextCode());
    expect([unknown.status, inOneLine(unknown.stderr)]).to.satisfy(
      ([status, text]: [number, string]) => status === 1 && text.includes("Give the account's id, of 12 digits"),
    );
    await admin.succeed("end-sessions", "ann", "--yes");
    expect((await ann.succeed("whoami")).stdout).to.match(
      /sandbox no more; run mfa-admin login \(profile dev; AWS: AccessDenied: .*explicit deny in a service control policy\.\)/,
    );
    const address = await ann.run("console");
    expect({ status: address.status, stdout: address.stdout }).to.eql({ status: 1, stdout: "" });
    const terminal = bob.terminal("enroll");
    await typeKey(terminal, await bob.keyFromConsole());
    await skipPassword(terminal);
    await scanSecret(terminal, bob);
    await typeTwoCodes(terminal, bob);
    await terminal.waitFor("MFA code for sandbox");
    terminal.enter(bob.nextCode());
    await terminal.waitFor("First login  works");
    expect(await terminal.ended()).to.equal(0);
    expect(await bob.readAws("config"))
      .to.contain("credential-process --account sandbox")
      .and.not.contain("payments");
  });

  it("holds by verify and doctor, which look at every account of the units; audit reads their users, too", async () => {
    const verified = await admin.run("verify", "--exit-code", "--all");
    expect(verified.status, verified.stdout + verified.stderr).to.equal(0);
    expect(verified.stdout).to.contain("payments");
    const { stdout } = await admin.run("doctor");
    expect(stdout)
      .to.contain("StackSets may make the shared role")
      .and.to.contain("2 development accounts below the settings' units.")
      .and.to.contain("The shared role is in 2 of 2 accounts.");
    const { targets = new Set() } = admin.sandbox.organization.policies.get("p-FullAWSAccess") ?? {};
    targets.delete(unit);
    expect((await admin.run("doctor")).stdout).to.contain(`FullAWSAccess is not attached to ${unit}`);
    targets.add(unit);
    admin.sandbox.userInMemberAccount(payments, "smtp", []);
    expect((await admin.run("audit")).stdout).to.contain("payments");
    const { users } = admin.sandbox.organization.account(payments);
    for (const user of users) users.remove(user);
  });

  it("verify --live tries the doors of an account by its name in AWS Organizations, and leaves nothing", async () => {
    const { stdout } = await admin.succeed("verify", "--live", "payments", "--yes", "--exit-code");
    expect(stdout).to.match(/^All \d+ promises hold\.\n/);
    expect(stdout).to.contain(
      `  ok auth: a developer, by session without MFA, sts:AssumeRole on ${payments}:role/developer is denied.\n`,
    );
    const left = [payments, admin.sandbox.authAccount].flatMap((id) => [
      ...admin.sandbox.organization.account(id).users,
    ]);
    expect(left.filter(({ name }) => name.startsWith("mfa-admin-canary-"))).to.eql([]);
  });

  it("verify tells of a user of the auth account who is let in by tags that the settings do not give", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const Tags = [{ Key: "mfa-admin:every-account", Value: "yes" }];
    await iam.send(new TagUserCommand({ UserName: "bob", Tags }));
    const { status, stdout } = await admin.run("verify", "--exit-code");
    expect([status, inOneLine(stdout)]).to.satisfy(
      ([code, text]: [number, string]) =>
        code === 2 && text.includes("The tags of the user bob in auth let it enter every account"),
    );
    const drift = await admin.run("refresh", "--yes");
    expect(drift.status, drift.stderr).to.equal(0);
    await admin.succeed("up", "--yes");
    expect((await admin.run("verify", "--exit-code")).stdout).not.to.contain("entry/auth/bob");
  });

  it("that fails in one account of five is told with AWS's reason and status 1, and works in the others", async () => {
    const { sandbox } = admin;
    for (const [index, id] of [third, fourth, fifth].entries()) sandbox.addAccount(id, `Team ${index + 1}`);
    await deployed();
    // The account fails in the operation, and once more where that is retried.
    const fault = { service: "cloudformation", action: "StackInstance", accountId: fourth, times: 2 };
    sandbox.injectFault({ ...fault, code: "AccessDenied", message: "not by this service control policy" });
    const { status, stderr } = await edit(
      "  mfa-admin:roles: shared\n",
      "  mfa-admin:roles: shared\n  mfa-admin:sessionDuration: 7200\n",
    );
    await deployed();
    expect({ status, stderr: inOneLine(stderr) }).to.satisfy(
      (one: { status: number; stderr: string }) =>
        one.status === 1 &&
        one.stderr.includes("The shared role is in 4 of 5 accounts.") &&
        one.stderr.includes(`could not be made as the settings say in ${fourth}: not by this service control policy`),
    );
    expect([fourth, fifth].map((id) => roleIn(id)?.maxSessionDuration)).to.eql([43_200, 7200]);
    const { stdout } = await admin.succeed("list", "--accounts");
    expect(stdout)
      .to.match(/team-2 +666666666666 +Team 2 +failed +not by this/)
      .and.match(/team-3 .* current/);
    expect((await admin.run("doctor")).stdout).to.contain("could not be made as the settings say in");
    // The cause is gone by now, and the next up has the account tried again.
    await admin.run("up", "--yes");
    await deployed();
    expect(roleIn(fourth)?.maxSessionDuration).to.equal(7200);
    expect((await admin.succeed("up", "--yes")).stderr).to.contain("The shared role is in 5 of 5 accounts.");
  });

  it("whose stack set was changed by hand has drifted, as anything has, and is put right the same way", async () => {
    const stackSet = admin.sandbox.stackSets.find("mfa-admin-roles");
    const TemplateBody = stackSet?.template.replace("7200", "3600") ?? "";
    await clients(admin.sandbox).cloudFormation.send(
      new UpdateStackSetCommand({
        StackSetName: "mfa-admin-roles",
        TemplateBody,
        Capabilities: ["CAPABILITY_NAMED_IAM"],
      }),
    );
    await deployed();
    expect(roleIn(third)?.maxSessionDuration).to.equal(3600);
    const drift = await admin.run("refresh", "--preview-only", "--exit-code");
    expect(drift.status, drift.stdout + drift.stderr).to.equal(2);
    expect(drift.stdout).to.contain("mfa-admin-roles");
    await admin.succeed("refresh", "--yes");
    const preview = await admin.run("preview", "--exit-code");
    expect(preview.status, preview.stdout + preview.stderr).to.equal(2);
    await admin.succeed("up", "--yes");
    expect(roleIn(third)?.maxSessionDuration).to.equal(7200);
    const again = await admin.run("refresh", "--preview-only", "--exit-code");
    expect(again.status, again.stdout + again.stderr).to.equal(0);
  });

  it("leaves an account that is moved out, and comes to one that is moved in", async () => {
    const { organization } = admin.sandbox;
    organization.moveAccount(fifth, organization.rootId);
    await deployed();
    expect(roleIn(fifth)).to.equal(undefined);
    expect((await admin.succeed("up", "--yes")).stderr).to.contain("The shared role is in 4 of 4 accounts.");
    organization.moveAccount(fifth, unit);
    await deployed();
    expect(roleIn(fifth)?.maxSessionDuration).to.equal(7200);
  });

  it("fails nothing by a suspended account, which is told", async () => {
    admin.sandbox.organization.account(third).state = "SUSPENDED";
    const { status, stderr } = await edit("sessionDuration: 7200", "sessionDuration: 10800");
    expect(status, stderr).to.equal(0);
    expect(inOneLine(stderr)).to.contain(
      `The shared role is in 4 of 4 accounts. Left out, since they are suspended: ${third}.`,
    );
    const verified = await admin.run("verify", "--exit-code");
    expect(verified.status, verified.stdout).to.equal(0);
    expect((await admin.succeed("list", "--accounts")).stdout).to.match(/team-1 .* suspended/);
    // bob, who may enter this account alone, keeps his tag for it.
    const sandbox = admin.sandbox.organization.account("333333333333");
    sandbox.state = "SUSPENDED";
    const without = await admin.run("verify", "--exit-code");
    expect(without.status, without.stdout).to.equal(0);
    sandbox.state = "ACTIVE";
  });

  it("is told by verify, as by up, where an account on the roster has another name in AWS Organizations", async () => {
    const sandbox = admin.sandbox.organization.account("333333333333");
    Object.assign(sandbox, { name: "Renamed" });
    const told = 'bob is let into "sandbox", and no account of the organizational units has this name.';
    for (const command of [["verify"], ["up", "--yes"]]) {
      const { status, stderr } = await admin.run(...command);
      expect({ status, told: inOneLine(stderr).includes(told) }, stderr).to.eql({ status: 1, told: true });
    }
    Object.assign(sandbox, { name: "sandbox" });
  });

  it("of units without any account is told to be nowhere, and needs nothing", async () => {
    const { organization, developmentAccounts } = admin.sandbox;
    organization.account(third).state = "ACTIVE";
    for (const id of [...Object.values(developmentAccounts), third, fourth, fifth]) {
      organization.moveAccount(id, organization.rootId);
    }
    await deployed();
    await admin.editSettings((text) => text.replace("bob: { accounts: [sandbox] }", "bob: {}"));
    const { stderr } = await admin.succeed("up", "--yes");
    expect(inOneLine(stderr)).to.contain(`The shared role is in no account: ${unit} have none.`);
    expect((await admin.succeed("list", "--accounts")).stdout).to.contain("The organizational units have no account.");
  });

  it("is not made by CI's role for up where the settings name no account: it may not look for whom the policy shuts out", async () => {
    await admin.close();
    admin = await Administrator.withProject({ developers: ["alice"], edit: unnamed, stackSetsAccess: true });
    const env = await applyingRole(admin, { sharedRole: true, namedAccounts: false });
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await admin.runWith({ env }, "up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("333333333333/* (this account could not be looked into: AccessDenied: ");
    expect(stderr).to.contain("Nothing was changed.");
    expect(admin.changesSince(from)).to.eql([]);
  });
});
