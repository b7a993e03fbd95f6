import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { AwsCli } from "../../sandbox/aws-cli.ts";
import { clients } from "../../sandbox/testing.ts";
import { works } from "../../support/developer.ts";
import { Administrator } from "../../support/harness.ts";
import { aliceAtWork, profileText, Workstation } from "../../support/workstation.ts";

describe("one login", () => {
  let admin: Administrator;
  let alice: Workstation;

  before(async () => {
    ({ admin, alice } = await aliceAtWork(["alice"], (text) =>
      text.replace("config:\n", "config:\n  mfa-admin:region: ap-northeast-1\n"),
    ));
  });
  after(() => admin.close());
  afterEach(() => alice.forget());

  it("of all accounts goes on for all of them after an hour, without a code, and ends where the session of one's own ends", async () => {
    await alice.succeed("login", alice.nextCode(), "--all");
    const expired = (text: string): string =>
      text.replaceAll(/"expires":"[^"]*"(?=,"account")/g, '"expires":"2020-01-01T00:00:00Z"');
    await alice.rewriteMemory(expired);
    const { stdout } = await alice.succeed("credential-process", "--account", "payments");
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout) as Record<string, string>;
    const session = {
      accessKeyId: AccessKeyId ?? "",
      secretAccessKey: SecretAccessKey ?? "",
      sessionToken: SessionToken ?? "",
    };
    expect(await works(clients(admin.sandbox, session))).to.equal(true);
    await alice.rewriteMemory((text) => text.replaceAll(/"expires":"[^"]*"/g, '"expires":"2020-01-01T00:00:00Z"'));
    const { status, stderr } = await alice.run("credential-process", "--account", "payments");
    expect({ status, stderr }).to.deep.include({ status: 1 });
    expect(stderr).to.contain("You are not logged in to payments");
  });

  it("of all accounts writes those that let the developer in, tells the other one with AWS's reason, and ends with 1", async () => {
    const { roles } = admin.sandbox.organization.account("444444444444");
    const role = roles.get("developer-alice");
    const trust = role?.trustPolicy ?? "";
    if (role) role.trustPolicy = trust.replace("Allow", "Deny");
    const { status, stdout, stderr } = await alice.run("login", alice.nextCode(), "--all");
    if (role) role.trustPolicy = trust;
    expect(status).to.equal(1);
    expect(stdout).to.contain(": profile dev-sandbox.\n").and.not.contain("payments");
    expect(stderr).to.match(
      /^Not logged in to payments: The role .*developer-alice is not there, or is not yours: .*not authorized to perform: sts:AssumeRole/m,
    );
  });

  it("takes a code in two words and in full width, and gives the region of the organization and the name of the account", async () => {
    const code = alice.nextCode();
    const { stdout } = await alice.succeed("login", code.slice(0, 3), code.slice(3), "--account", "sandbox");
    expect(stdout).to.not.contain("until now");
    expect(await alice.readAws("credentials")).to.contain("\nregion = ap-northeast-1\n");
    const wide = alice.nextCode().replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    expect((await alice.succeed("login", wide, "--account", "payments")).stdout).to.contain(
      "The profile dev was the account sandbox until now.\n",
    );
  });

  it("offers the accounts in the order in which they were used", async () => {
    await alice.succeed("login", alice.nextCode(), "--account", "payments");
    await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    const terminal = alice.terminal("login", alice.nextCode());
    await terminal.waitFor("❯ sandbox (333333333333)");
    await terminal.waitFor("payments (444444444444)");
    terminal.enter();
    expect(await terminal.ended()).to.equal(0);
  });

  it("is asked for on the terminal itself by --ask, although the program that runs it keeps its streams", async () => {
    const terminal = alice.shell('"$@" <&- 2>err.txt >out.json', "credential-process", "--account", "sandbox", "--ask");
    await terminal.waitFor("MFA code for sandbox:");
    terminal.enter(alice.wrongCode());
    await terminal.waitFor("AWS did not take the MFA code: ");
    await terminal.waitFor("MFA code for sandbox:");
    terminal.enter(alice.nextCode());
    expect(await terminal.ended()).to.equal(0);
    expect(JSON.parse(await alice.read("out.json"))).to.include({ Version: 1 });
    const unasked = alice.shell('"$@" 2>err.txt >out.json', "credential-process", "--account", "payments");
    expect(await unasked.ended()).to.equal(1);
    expect(await alice.read("err.txt")).to.contain(
      "You are not logged in to payments, and a code cannot be asked for here: the program that runs this keeps what it prints.\nRun mfa-admin login --account payments; or let it ask on the terminal all the same, with --ask in credential_process.\n",
    );
  });

  it("by a key of a credential_process, as the AWS CLI runs it; one that fails is told in its own words", async () => {
    const { accessKeyId, secretAccessKey } = alice.accessKey;
    const answer = JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey });
    await writeFile(join(alice.home, "key's process"), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
    await alice.writeAws("credentials", "");
    await alice.writeAws(
      "config",
      `[profile auth]\ncredential_process = "${join(alice.home, "key's process")}" --for "a b"\nregion = us-east-1\n`,
    );
    await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    const aws = AwsCli.on(admin.sandbox.endpoint, alice.home);
    expect(await aws.succeed("iam get-user --profile auth")).to.have.nested.property("User.UserName", "alice");
    await writeFile(join(alice.home, "key's process"), "#!/bin/sh\necho the vault is locked >&2\nexit 3\n", {
      mode: 0o755,
    });
    const { status, stderr } = await alice.run("login", "123456", "--account", "sandbox");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: The credential_process of the profile auth gave no access key: the vault is locked.\nCorrect it in the AWS configuration file, or name another profile with --source-profile.\n",
    });
  });

  it("works where nothing can be remembered, and says so", async () => {
    await writeFile(join(alice.home, ".cache"), "in the way");
    const { stdout, stderr } = await alice.succeed("login", alice.nextCode(), "--account", "sandbox");
    expect(stdout).to.contain("Logged in to sandbox");
    expect(stderr).to.match(/^Nothing is remembered of this login, since .*logins cannot be written: /);
  });

  it("into an account's own profile hides nothing of what that shares; into that of another account it is refused", async () => {
    const shared = (account: string): string =>
      `[profile ${account}]\ncredential_process = ${alice.commandLine("credential-process", "--account", account)}\nregion = us-east-1\n`;
    await alice.writeAws("config", `${shared("payments")}${shared("sandbox")}`);
    const before = await alice.readAws("credentials");
    const other = await alice.run("login", "123456", "--account", "payments", "--profile", "sandbox");
    expect({ status: other.status, stderr: other.stderr }).to.eql({
      status: 1,
      stderr:
        "Error: The profile sandbox is that of the account sandbox, which a login there would hide.\nChoose another with --profile.\n",
    });
    const { stdout } = await alice.succeed(
      ...["login", alice.nextCode(), "--account", "payments", "--profile", "payments"],
    );
    expect(stdout).to.contain(": profile payments.\n");
    expect(await alice.readAws("credentials")).to.equal(before);
    const aws = AwsCli.on(admin.sandbox.endpoint, alice.home);
    expect(await aws.succeed("sts get-caller-identity --profile payments")).to.have.property("Account", "444444444444");
  });

  describe("the profiles that enroll has written", () => {
    it("are known again: mended after a change of the settings, removed with the account, never those of somebody else", async () => {
      const own =
        "[profile work]\nregion = eu-west-1\ncredential_process = mfa-admin credential-process --account sandbox\n";
      const former =
        "\n[profile payments]\nrole_arn = arn:aws:iam::444444444444:role/former-alice\nrole_session_name = alice\nsource_profile = auth\nmfa_serial = arn:aws:iam::222222222222:mfa/alice\nduration_seconds = 3600\nregion = us-east-1\n\n[profile gone]\ncredential_process = mfa-admin credential-process --account gone\nregion = us-east-1\n";
      await alice.writeAws("config", `${own}${former}`);
      const terminal = alice.terminal("enroll");
      await terminal.waitFor("One-time password");
      terminal.enter();
      await terminal.waitFor(
        "Profiles     payments, sandbox: they share your login; brought up to date: payments; no longer assigned, and removed: gone",
      );
      terminal.kill();
      const config = await alice.readAws("config");
      expect(config.startsWith(own)).to.equal(true);
      expect(config).to.not.contain("role_arn").and.not.contain("gone");
      expect(config).to.match(/\[profile payments\]\nregion = us-east-1\ncredential_process = .* --account payments\n/);
    });
  });

  describe("with accounts that are called like the profiles", () => {
    it("goes on working every day", async () => {
      const edit = (text: string) => text.replace("sandbox:", "dev:").replace("payments:", "default:");
      const other = await Administrator.withStack({ developers: ["bob"], edit });
      const bob = await Workstation.enrolled(other, "bob");
      const terminal = bob.terminal("enroll");
      await terminal.waitFor("One-time password");
      terminal.enter();
      await terminal.waitFor("Profiles     default-account, dev-account: they share your login");
      await terminal.waitFor("Account:");
      terminal.enter();
      await terminal.waitFor("MFA code");
      terminal.enter(bob.nextCode());
      await terminal.waitFor("First login  works");
      expect(await terminal.ended()).to.equal(0);
      await bob.succeed("login", bob.nextCode(), "--account", "dev");
      const aws = AwsCli.on(other.sandbox.endpoint, bob.home);
      for (const profile of ["dev", "dev-account"]) {
        expect(await aws.succeed(`sts get-caller-identity --profile ${profile}`)).to.have.property(
          "Account",
          "333333333333",
        );
      }
      expect(await bob.readAws("credentials")).to.contain(profileText("auth", bob.accessKey));
      await other.close();
    });
  });
});
