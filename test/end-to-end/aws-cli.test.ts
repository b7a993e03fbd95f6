import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { AwsCli } from "../sandbox/aws-cli.ts";
import { tokenCode } from "../sandbox/index.ts";
import { nextCode } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";

describe("a developer with nothing but the AWS CLI", () => {
  let admin: Administrator;
  let cli: AwsCli;
  let seed = "";
  let role: { ROLE_ARN: string; MFA_SERIAL: string; SESSION_NAME: string };

  before(async () => {
    admin = await Administrator.withProject();
    cli = await AwsCli.install(admin.sandbox.endpoint);
    const { authAccount, developmentAccounts } = admin.sandbox;
    role = {
      ROLE_ARN: `arn:aws:iam::${developmentAccounts["sandbox"] ?? ""}:role/developer-alice`,
      MFA_SERIAL: `arn:aws:iam::${authAccount}:mfa/alice`,
      SESSION_NAME: "alice",
    };
  });
  after(async () => {
    await admin.close();
    await cli.remove();
  });

  const code = (): string => nextCode(admin.sandbox, seed);
  const newDevice = (name: string): string =>
    `iam create-virtual-mfa-device --virtual-mfa-device-name ${name} --bootstrap-method Base32StringSeed --outfile`;

  it("gets from the one-time password to describe-instances by the console, the AWS CLI and the script alone", async () => {
    const passwords = join(admin.directory, "passwords");
    await admin.succeed("add-developer", "alice", "--yes", "--password-file", passwords);
    const password = (await readFile(passwords, "utf8")).trim().replace("alice:", "");

    const atConsole = await admin.sandbox.signIn({ userName: "alice", password, newPassword: "Her-own-password-2" });

    const seedFile = join(cli.directory, "seed");
    await cli.succeedAs(atConsole, newDevice("alice"), seedFile);
    seed = await readFile(seedFile, "utf8");
    const now = admin.sandbox.clock.now().getTime();
    const codes = [tokenCode(seed, new Date(now)), tokenCode(seed, new Date(now + 30_000))];
    await cli.succeedAs(
      atConsole,
      `iam enable-mfa-device --user-name alice --serial-number ${role.MFA_SERIAL}` +
        ` --authentication-code1 ${codes[0] ?? ""} --authentication-code2 ${codes[1] ?? ""}`,
    );

    const { AccessKey } = (await cli.succeedAs(atConsole, "iam create-access-key")) as {
      AccessKey: { AccessKeyId: string; SecretAccessKey: string };
    };
    await cli.succeed("configure set aws_access_key_id", AccessKey.AccessKeyId);
    await cli.succeed("configure set aws_secret_access_key", AccessKey.SecretAccessKey);

    expect(await cli.assumeRole(code(), role)).to.include({ code: 0, stderr: "" });
    expect(await cli.succeed("ec2 describe-instances --profile dev")).to.have.nested.property(
      "Reservations[0].OwnerId",
      admin.sandbox.developmentAccounts["sandbox"],
    );
    // The session's name, which CloudTrail records, is that of the developer.
    expect(await cli.succeed("sts get-caller-identity --profile dev"))
      .to.have.property("Arn")
      .that.matches(/assumed-role\/developer-alice\/alice$/);
  });

  it("sees herself, and changes her password and her keys", async () => {
    expect(await cli.succeed("iam get-user")).to.have.nested.property("User.UserName", "alice");
    await cli.succeed("iam change-password --old-password Her-own-password-2 --new-password Her-own-password-3");
    await admin.sandbox.signIn({ userName: "alice", password: "Her-own-password-3", tokenCode: code() });
    const { AccessKey } = (await cli.succeed("iam create-access-key")) as { AccessKey: { AccessKeyId: string } };
    await cli.succeed("iam delete-access-key --access-key-id", AccessKey.AccessKeyId);
  });

  it("is refused the same code again, and any other session name than her own", async () => {
    const used = code();
    expect((await cli.assumeRole(used, role)).code).to.equal(0);
    const again = await cli.assumeRole(used, role);
    expect(again.stderr).to.contain("MultiFactorAuthentication failed with invalid MFA one time pass code.");
    const disguised = await cli.assumeRole(code(), { ...role, SESSION_NAME: "bob" });
    expect(disguised.stderr).to.contain("(AccessDenied)").and.to.contain("sts:AssumeRole");
  });

  it("is refused the role without a code, and another device than the one named like her", async () => {
    const assumed = await cli.run("sts assume-role --role-session-name alice --role-arn", role.ROLE_ARN);
    expect(assumed.stderr).to.contain("(AccessDenied)").and.to.contain("sts:AssumeRole");
    const deactivated = await cli.run("iam deactivate-mfa-device --user-name alice --serial-number", role.MFA_SERIAL);
    expect(deactivated.stderr).to.contain("(AccessDenied)");
    const named = await cli.run(newDevice("phone"), join(cli.directory, "other-seed"));
    expect(named.stderr).to.contain("(AccessDenied)").and.to.contain(":mfa/phone");
  });
});
