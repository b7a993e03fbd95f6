import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { AwsCli } from "../sandbox/aws-cli.ts";
import { scanSecret, typeTwoCodes } from "../support/enrollment.ts";
import { Administrator } from "../support/harness.ts";
import { Workstation } from "../support/workstation.ts";

describe("the whole procedure by our commands", () => {
  let admin: Administrator;
  let alice: Workstation;
  let aws: AwsCli;

  before(async () => {
    admin = await Administrator.withProject();
    alice = await Workstation.new(admin);
    aws = AwsCli.on(admin.sandbox.endpoint, alice.home);
  });
  after(() => admin.close());

  const identity = async (profile: string): Promise<unknown> =>
    ((await aws.succeed(`sts get-caller-identity --profile ${profile}`)) as { Arn: string }).Arn;

  it("leads from add-developer to describe-instances, by add-developer, enroll and login", async () => {
    const passwords = join(admin.directory, "passwords");
    await admin.succeed("add-developer", "alice", "--yes", "--password-file", passwords);
    const password = (await readFile(passwords, "utf8")).trim().replace("alice:", "");
    // In the console, alice changes the one-time password and makes her first access key.
    const own = "Her-own-password-2";
    await admin.sandbox.signIn({ userName: "alice", password, newPassword: own });
    const initial = await alice.keyFromConsole();

    const terminal = alice.terminal("enroll");
    await terminal.waitFor("Access key ID:");
    terminal.enter(initial.accessKeyId);
    await terminal.waitFor("Secret access key:");
    terminal.enter(initial.secretAccessKey);
    await terminal.waitFor("One-time password, if yours was reset after");
    terminal.enter();
    await terminal.waitFor("Password     your own, as you say");
    await scanSecret(terminal, alice);
    await typeTwoCodes(terminal, alice);
    await terminal.waitFor("Account:");
    terminal.enter();
    await terminal.waitFor("MFA code");
    terminal.enter(alice.nextCode());
    await terminal.waitFor("Try: aws ec2 describe-instances --profile dev");
    expect(await terminal.ended()).to.equal(0);
    expect(await identity("dev")).to.equal("arn:aws:sts::444444444444:assumed-role/developer-alice/alice");

    await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
  });

  it("the ordinary AWS CLI then works with the profile dev", async () => {
    expect(await identity("dev")).to.equal("arn:aws:sts::333333333333:assumed-role/developer-alice/alice");
    expect(await aws.succeed("ec2 describe-instances --profile dev")).to.have.nested.property(
      "Reservations[0].OwnerId",
      "333333333333",
    );
  });

  it("and with the profiles of the account's names, which share the login", async () => {
    expect(await identity("payments")).to.equal("arn:aws:sts::444444444444:assumed-role/developer-alice/alice");
    expect(await identity("sandbox")).to.equal("arn:aws:sts::333333333333:assumed-role/developer-alice/alice");
  });

  it("and with a profile of its own kind, as the guide has it, asking for the code by itself", async () => {
    const { stdout: page } = await admin.succeed("guide", "alice");
    const [, profiles = ""] = /```ini\n(.*?)```/s.exec(page) ?? [];
    const alone = profiles.replaceAll("[profile ", "[profile alone-");
    await alice.writeAws("config", `${await alice.readAws("config")}\n${alone}`);
    const { code, stdout } = await aws.onTerminal(
      "sts get-caller-identity --profile alone-payments",
      "Enter MFA code for arn:aws:iam::222222222222:mfa/alice:",
      alice.nextCode(),
    );
    expect(code).to.equal(0);
    expect(stdout).to.contain("arn:aws:sts::444444444444:assumed-role/developer-alice/alice");
  });

  it("and with a profile whose credential_process is ours, until logout", async () => {
    const config = await alice.readAws("config");
    const process = alice.commandLine("credential-process", "--account", "sandbox");
    await alice.writeAws("config", `${config}\n[profile ours]\nregion = us-east-1\ncredential_process = ${process}\n`);
    expect(await identity("ours")).to.equal("arn:aws:sts::333333333333:assumed-role/developer-alice/alice");
    await alice.succeed("logout");
    const { code, stderr } = await aws.run("sts get-caller-identity --profile ours");
    expect(code).to.not.equal(0);
    expect(stderr).to.contain("You are not logged in to sandbox").and.contain("Run mfa-admin login --account sandbox");
  });
});
