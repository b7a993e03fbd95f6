import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { AwsCli } from "../../sandbox/aws-cli.ts";
import type { Administrator } from "../../support/harness.ts";
import { aliceAtWork, profileText, type Workstation } from "../../support/workstation.ts";

const login = ["login", "--account", "sandbox"];

describe("the AWS files are the user's", () => {
  let admin: Administrator;
  let alice: Workstation;

  before(async () => {
    ({ admin, alice } = await aliceAtWork());
  });
  after(() => admin.close());
  afterEach(() => alice.forget());

  /** The file's text without the values that login wrote. */
  const withoutValues = (text: string): string =>
    text
      .replace(/^(aws_session_token|x_security_token_expires|aws_access_key_id|aws_secret_access_key) *= *\S+$/gm, "$1")
      .replace(/^(mfa_admin_login = sandbox) ASIA\w+$/gm, "$1");

  it("an empty variable means no file, as for the AWS CLI, which is told", async () => {
    const env = { AWS_SHARED_CREDENTIALS_FILE: "" };
    const { stderr } = await alice.runWith({ env }, ...login, "123456");
    expect(stderr).to.equal(
      "Error: No access key of yours was found: not in the environment, and in no profile auth or default.\nUnset AWS_SHARED_CREDENTIALS_FILE: where it is empty, the AWS CLI has no such file.\n",
    );
  });

  it("login changes the lines of its own profile and no other", async () => {
    const key = profileText("auth", alice.accessKey);
    await alice.writeAws(
      "credentials",
      `# mine\n${key}\n[dev] # the old way\naws_access_key_id=ASIAOLD\n# a note\naws_secret_access_key=old\naws_session_token   = old\nregion = eu-west-1\n\n; the next one\n[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\ns3 =\n  aws_access_key_id = nested\n`,
    );
    await alice.succeed(...login, alice.nextCode());
    expect(withoutValues((await alice.readAws("credentials")).replace(key, "KEY\n"))).to.equal(
      "# mine\nKEY\n\n[dev] # the old way\naws_access_key_id\n# a note\naws_secret_access_key\naws_session_token\nregion = eu-west-1\nx_security_token_expires\nmfa_admin_login = sandbox\n\n; the next one\n[other]\naws_access_key_id\naws_secret_access_key\ns3 =\n  aws_access_key_id = nested\n",
    );
  });

  it("after a login the AWS CLI finds the session, whatever another tool has left there", async () => {
    const key = profileText("auth", alice.accessKey);
    const aws = AwsCli.on(admin.sandbox.endpoint, alice.home);
    const old = "[dev]\naws_access_key_id = ASIAOLD\naws_secret_access_key = old\naws_session_token = old\n";
    const left: [string, string][] = [
      [`${key}\n${old}aws_security_token = old\nexpiration = 2026-01-01 00:00:00\n`, ""],
      [key, "[default]\nregion = eu-west-1\n\n[profile dev]\nregion =\n"],
      [key, "[profile dev]\ns3 =\n    max_concurrent_requests = 20\n    addressing_style = path\nregion = eu-west-1\n"],
    ];
    for (const [credentials, config] of left) {
      await alice.writeAws("credentials", credentials);
      await alice.writeAws("config", config);
      await alice.succeed(...login, alice.nextCode());
      expect(await aws.succeed("sts get-caller-identity --profile dev"))
        .to.have.property("Arn")
        .that.contains("developer-alice");
      await aws.succeed("ec2 describe-instances --profile dev");
      expect(await alice.readAws("config")).to.equal(config);
    }
  });

  it("a file that the AWS CLI cannot read is told by line, before a code is spent", async () => {
    const text = `${profileText("auth", alice.accessKey)}[dev]\nregion = a\nREGION = b\n`;
    await alice.writeAws("credentials", text);
    const { status, stderr } = await alice.run(...login, "123456");
    expect({ status, stderr: stderr.replace(/^Error: .*\.aws/, "Error: .aws") }).to.eql({
      status: 1,
      stderr:
        "Error: .aws/credentials, line 6: region stands in [dev] twice. The AWS CLI cannot read the file.\nCorrect the line, then run it again.\n",
    });
    const { stderr: theirs } = await AwsCli.on(admin.sandbox.endpoint, alice.home).run(
      "sts get-caller-identity --profile dev",
    );
    expect(theirs).to.contain("Unable to parse config file");
  });

  it("login and logout leave the file as it was", async () => {
    const text = `${profileText("auth", alice.accessKey)}\n# about the other\n[other]\nregion = eu-west-1\n`;
    await alice.writeAws("credentials", text);
    await alice.succeed(...login, alice.nextCode());
    expect(await alice.readAws("credentials")).to.not.equal(text);
    await alice.succeed("logout");
    expect(await alice.readAws("credentials")).to.equal(text);
  });

  it("logout leaves what else a profile holds, and comments", async () => {
    const before = `[dev]\n# mine\nregion = eu-west-1\n\n${profileText("auth", alice.accessKey)}`;
    await alice.writeAws("credentials", before);
    await alice.succeed(...login, alice.nextCode());
    await alice.succeed("logout");
    expect(await alice.readAws("credentials")).to.equal(before);
  });

  it("keeps the file's permissions; a new file is for its owner alone", async () => {
    await chmod(join(alice.home, ".aws", "credentials"), 0o640);
    await alice.succeed(...login, alice.nextCode());
    expect(await alice.modeOf(".aws", "credentials")).to.equal(0o640);
    const { accessKeyId, secretAccessKey } = alice.accessKey;
    const path = join(alice.home, "elsewhere", "new");
    const env = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SHARED_CREDENTIALS_FILE: path,
    };
    const { stderr } = await alice.runWith({ env }, ...login, alice.nextCode());
    expect(stderr).to.equal("");
    expect(await readFile(path, "utf8")).to.match(/^\[dev\]\naws_access_key_id = ASIA/);
    expect(await alice.modeOf("elsewhere", "new")).to.equal(0o600);
  });

  it("writes through a symbolic link", async () => {
    const [link, real] = [join(alice.home, ".aws", "credentials"), join(alice.home, "dotfiles")];
    await mkdir(real);
    await rename(link, join(real, "credentials"));
    await symlink(join(real, "credentials"), link);
    await alice.succeed(...login, alice.nextCode());
    expect((await lstat(link)).isSymbolicLink()).to.equal(true);
    expect(await readFile(join(real, "credentials"), "utf8")).to.contain("mfa_admin_login = sandbox");
  });

  it("keeps line ends of Windows", async () => {
    await alice.writeAws("credentials", profileText("auth", alice.accessKey).replaceAll("\n", "\r\n"));
    await alice.succeed(...login, alice.nextCode());
    expect(
      (await alice.readAws("credentials")).split("\n").every((line) => line === "" || line.endsWith("\r")),
    ).to.equal(true);
  });

  it("refuses a read-only credentials file before a code is spent", async () => {
    const path = join(alice.home, ".aws", "credentials");
    await chmod(path, 0o400);
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await alice.run(...login, "123456");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: `Error: ${path} cannot be written: it is read-only.\nMake it a file that is writable for you, or name another one in AWS_SHARED_CREDENTIALS_FILE.\n`,
    });
    expect(admin.sandbox.requests.slice(from).filter(({ service }) => service === "sts")).to.eql([]);
  });

  it("waits for no pipe in the place of a file", async () => {
    const path = join(alice.home, ".aws", "config");
    execFileSync("mkfifo", [path]);
    const { stderr } = await alice.run(...login, "123456");
    expect(stderr).to.contain(`${path} cannot be read: it is not a regular file.`);
  });

  it("logout needs to write nothing where there is nothing to remove", async () => {
    await chmod(join(alice.home, ".aws", "credentials"), 0o400);
    await alice.succeed("logout");
  });

  it("logout says which sessions go on where the file cannot be written, and forgets the rest", async () => {
    await alice.succeed(...login, alice.nextCode());
    await chmod(join(alice.home, ".aws", "credentials"), 0o400);
    const { status, stderr } = await alice.run("logout");
    expect(status).to.equal(1);
    expect(stderr).to.contain(
      "What was remembered of logins is forgotten; the sessions in these profiles go on until they are over: dev.\n",
    );
  });

  it("says so when there is a file in the way of the directory", async () => {
    await writeFile(join(alice.home, "file"), "");
    const { accessKeyId, secretAccessKey } = alice.accessKey;
    const env = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SHARED_CREDENTIALS_FILE: join(alice.home, "file", "credentials"),
    };
    const { status, stderr } = await alice.runWith({ env }, ...login, "123456");
    expect(status).to.equal(1);
    expect(stderr).to.match(/^Error: .*credentials cannot be (read|written): /);
  });
});
