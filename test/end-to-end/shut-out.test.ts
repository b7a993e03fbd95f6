import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";

import { serviceControlPolicy } from "../../infra/policies.ts";
import { administratorOf, trust } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";

const admins = "arn:aws:iam::aws:policy/AdministratorAccess";
const day = 86_400_000;

describe("who is shut out by the policy", () => {
  let admin: Administrator;
  const today = new Date().toISOString().slice(0, 10);
  const daysAgo = (days: number): Date => new Date(Date.now() - days * day);

  /** Makes an IAM user whose key was last used at this time. */
  function user(accountId: string, name: string, lastUsed?: Date): void {
    admin.sandbox.userInMemberAccount(accountId, name, [admins]);
    const key = admin.sandbox.organization.account(accountId).users.get(name)?.accessKeys[0];
    if (key && lastUsed) key.lastUsed = { date: lastUsed, service: "ses", region: "us-east-1" };
  }

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
    const { sandbox } = admin;
    const { organization, organizationalUnit } = sandbox;
    user("444444444444", "jenkins", daysAgo(0));
    user("444444444444", "old-bot", daysAgo(91));
    sandbox.rootUser("333333333333");
    // Accounts that the settings don't name: one below a unit of the unit, one without the access role, one that is closed.
    organization.addUnit("ou-abcd-33333333", "Mail", organizationalUnit);
    sandbox.addAccount("555555555555", "mail", "ou-abcd-33333333");
    user("555555555555", "ses-smtp", daysAgo(1));
    organization.addAccount("666666666666", "vault", organizationalUnit);
    sandbox.addAccount("777777777777", "gone");
    organization.account("777777777777").state = "SUSPENDED";
    organization.addUnit("ou-abcd-44444444", "Later");
    sandbox.addAccount("888888888888", "later", "ou-abcd-44444444");
    user("888888888888", "backup", daysAgo(2));
  });
  after(() => admin.close());

  const jenkins = `payments/jenkins (access key for ses, last used on ${today})`;
  const root = "sandbox/root (root access key, whose last use IAM does not tell)";

  it("stands above everything in the preview and the pull request, by account, with the last use of each key", async () => {
    const { stdout } = await admin.succeed("preview");
    expect(stdout.split("\n").slice(2, 8)).to.eql([
      "! The service control policy comes to accounts that the settings don't name: 555555555555 (mail) and 666666666666 (vault).",
      `! The service control policy shuts out, unless they carry MFA: ${root}. mfa-admin up refuses this unless the settings say shutOut: [sandbox/root], or it is run with --accept-shut-out.`,
      `! The service control policy shuts out, unless they carry MFA: ${jenkins}. mfa-admin up refuses this unless the settings say shutOut: [payments/jenkins], or it is run with --accept-shut-out.`,
      `! The service control policy shuts out who has not been seen for 90 days, too: payments/old-bot (access key for ses, last used on ${daysAgo(91).toISOString().slice(0, 10)}).`,
      `! The service control policy shuts out, unless they carry MFA: 555555555555/ses-smtp (access key for ses, last used on ${daysAgo(1).toISOString().slice(0, 10)}). mfa-admin up refuses this unless the settings say shutOut: [555555555555/ses-smtp], or it is run with --accept-shut-out.`,
      stdout.split("\n")[7],
    ]);
    expect(stdout.split("\n")[7]).to.match(
      /^! The service control policy shuts out, unless they carry MFA: 666666666666\/\* \(this account could not be looked into: AccessDenied.*sts:AssumeRole.*\)\. mfa-admin up refuses this unless the settings say shutOut: \[666666666666\/\*\]/,
    );
    expect(stdout).not.to.contain("777777777777");
    const { value } = await admin.json("preview");
    expect(value).to.have.nested.property("warnings[1].consent", "needed");
  });

  it("is refused without consent, with every name, and nothing is changed", async () => {
    await admin.editSettings((text) =>
      text.replace("config:", 'config:\n  mfa-admin:shutOut: [333333333333/root, "666666666666/*"]'),
    );
    const from = admin.sandbox.requests.length;
    const { status, stdout, stderr } = await admin.run("up", "--yes");
    expect({ status, stdout, changes: admin.changesSince(from) }).to.eql({ status: 1, stdout: "", changes: [] });
    expect(stderr).to.equal(
      `Error: The service control policy shuts out, unless they carry MFA: ${jenkins}.\nThe service control policy shuts out, unless they carry MFA: 555555555555/ses-smtp (access key for ses, last used on ${daysAgo(1).toISOString().slice(0, 10)}).\nNothing was changed. Give them a role, or MFA. If it is meant, write into the settings shutOut: [payments/jenkins, 555555555555/ses-smtp], or run mfa-admin up with --accept-shut-out.\n`,
    );
  });

  it("is a table in an up that asks, with the roles that they may take; a no leaves everything as it is", async () => {
    const { iam } = await administratorOf(admin.sandbox, "444444444444");
    const AssumeRolePolicyDocument = trust("arn:aws:iam::444444444444:user/jenkins");
    await iam.send(new CreateRoleCommand({ RoleName: "deploy", AssumeRolePolicyDocument }));
    const from = admin.sandbox.requests.length;
    const terminal = admin.terminalWith({ size: { cols: 110, rows: 50 } }, "up");
    await terminal.waitFor("Shut them out?");
    const screen = terminal.screen.replaceAll(/ +/g, " ");
    expect(screen)
      .to.contain("Account Who By Last used")
      .and.to.contain("sandbox root root access key not told meant: shutOut")
      .and.to.contain(`payments jenkins access key for ses ${today} needs consent`)
      .and.to.contain("payments deploy a role that they may assume never")
      .and.to.contain("666666666666 * could not be looked into not told meant: shutOut");
    terminal.enter("n");
    expect(await terminal.ended()).to.equal(1);
    expect(admin.changesSince(from)).to.eql([]);
  });

  it("is done by an up that has asked, and not asked about where --accept-shut-out says so", async () => {
    const restore = await admin.save();
    const asked = admin.terminalWith({ size: { cols: 110, rows: 50 } }, "up");
    await asked.waitFor("Shut them out?");
    asked.enter("y");
    await asked.waitFor('Apply to the stack "main"?');
    asked.enter("y");
    expect(await asked.ended()).to.equal(0);
    await restore();
    const terminal = admin.terminalWith({ size: { cols: 110, rows: 50 } }, "up", "--accept-shut-out");
    await terminal.waitFor('Apply to the stack "main"?');
    expect(terminal.screen).to.contain("by --accept-shut-out").and.not.to.contain("Shut them out?");
    terminal.enter("y");
    expect(await terminal.ended()).to.equal(0);
  });

  it("is looked at for another unit, and for that unit alone", async () => {
    await admin.editSettings((text) =>
      text.replace("- ou-abcd-11111111", "- ou-abcd-11111111\n    - ou-abcd-33333333\n    - ou-abcd-44444444"),
    );
    const { status, stderr } = await admin.run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain("shutOut: [888888888888/backup], or run");
    await admin.editSettings((text) => text.replace("[333333333333/root", "[888888888888/backup, 333333333333/root"));
    const { stderr: told } = await admin.succeed("up", "--yes");
    expect(told).to.contain("888888888888/backup").and.to.contain("The setting shutOut allows it.");
    expect((await admin.succeed("preview")).stdout).not.to.contain("!");
  });

  it("is put off for a user who is exempt: by a condition of the policy, and named wherever one looks", async () => {
    const until = daysAgo(-13).toISOString().slice(0, 10);
    await admin.editSettings((text) =>
      // Without quotes, a day is a text to one reader and a time to the other.
      text.replace(
        "config:",
        `config:\n  mfa-admin:exempt: { payments/jenkins: { until: ${until}, reason: no role yet } }`,
      ),
    );
    const line = `payments/jenkins is exempt from the service control policy until ${until}, and its keys work without MFA: no role yet. It ends within 14 days: give it a role until then, or extend it.`;
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr).not.to.contain("shuts out");
    const policies = [...admin.sandbox.organization.policies.values()];
    const content = policies.find(({ name }) => name === "mfa-admin-require-mfa")?.content ?? "";
    expect(JSON.parse(content)).to.eql(
      serviceControlPolicy([{ arn: "arn:aws:iam::444444444444:user/jenkins", until }]),
    );
    expect((await admin.succeed("preview")).stdout).to.contain(`! ${line}`);
    for (const command of [["list"], ["list", "--roster"], ["refresh", "--yes"]]) {
      expect((await admin.succeed(...command)).stdout, command.join(" ")).to.contain(`${line}\n`);
    }
  });

  it("is refused where an exemption is shortened or taken out while its user is in use", async () => {
    const settings = await admin.settings();
    const shorter = daysAgo(-3).toISOString().slice(0, 10);
    for (const edit of [
      (text: string) => text.replace(/\n *mfa-admin:exempt: .*/, ""),
      (text: string) => text.replace(/until: [\d-]+/, `until: ${shorter}`),
    ]) {
      await admin.editSettings(edit);
      const { status, stderr } = await admin.run("up", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain(`shuts out, unless they carry MFA: ${jenkins}.`);
      await admin.editSettings(() => settings);
    }
  });
});
