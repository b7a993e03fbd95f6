import { expect } from "chai";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { Administrator, type RunOptions } from "../support/harness.ts";
import { lockDirectory } from "../support/state-lock.ts";

describe("before anything is changed", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ passphrase: true, developers: ["alice"] });
  });
  after(() => admin.close());

  /** Runs a command that has to be refused without a change of a file or of anything in AWS. */
  async function refused(options: RunOptions, ...args: string[]): Promise<string> {
    const [files, from] = [await admin.files(), admin.sandbox.requests.length];
    const { status, stdout, stderr } = await admin.runWith(options, ...args);
    expect({ status, stdout, files: await admin.files(), changes: admin.changesSince(from) }).to.eql({
      status: 1,
      stdout: "",
      files,
      changes: [],
    });
    return stderr;
  }

  /** The commands that change something, each in a form that would be carried out. */
  const commands = [
    ["up", "--yes"],
    ["add-developer", "carol", "--yes"],
    ["remove-developer", "alice", "--yes"],
    ["destroy", "--yes"],
    ["refresh", "--yes"],
  ];
  /** Commands that have something to lose: an edit of the roster, or somebody's access. */
  const risky = commands.slice(1, 3);
  /** Commands that need the stack before anything else: access is ended without it (test/end-to-end/emergency.test.ts). */
  const needStack = commands.filter(([name]) => name !== "remove-developer");

  it("missing credentials are refused, with how to give some", async () => {
    for (const command of [...risky, ["list"]]) {
      const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
      expect(await refused({ env }, ...command), command.join(" ")).to.equal(
        "Error: No AWS credentials were found.\nSign in to the management account, then name the profile in AWS_PROFILE or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.\n",
      );
    }
  });

  it("credentials that AWS does not know are refused", async () => {
    const stderr = await refused({ env: { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" } }, "up", "--yes");
    expect(stderr).to.equal(
      "Error: AWS does not accept the credentials: The security token included in the request is invalid.\nCheck AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.\n",
    );
  });

  it("credentials of another account than the management account are refused, naming both", async () => {
    const { sandbox } = admin;
    const { accessKeyId, secretAccessKey } = sandbox.userInMemberAccount(sandbox.authAccount, "operator", [
      "arn:aws:iam::aws:policy/AdministratorAccess",
    ]);
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    for (const command of risky) {
      expect(await refused({ env }, ...command), command.join(" ")).to.equal(
        "Error: These credentials belong to account 222222222222 (auth), but the organization is managed from account 111111111111.\nUse credentials of 111111111111 (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).\n",
      );
    }
  });

  it("an AWS that cannot be reached is told as such, with the address", async () => {
    const stderr = await refused({ env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" } }, "up", "--yes");
    expect(stderr).to.equal(
      "Error: AWS could not be reached: connect ECONNREFUSED 127.0.0.1:9.\nCheck the network and AWS_ENDPOINT_URL.\n",
    );
  });

  it("an access role that cannot be assumed is refused, naming the account", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) => text.replace("config:", "config:\n  mfa-admin:accessRole: NoSuchRole"));
    try {
      for (const command of risky) {
        expect(await refused({}, ...command), command.join(" ")).to.match(
          /^Error: The role NoSuchRole cannot be assumed in account (auth \(222222222222\)|sandbox \(333333333333\)|payments \(444444444444\)): .*is not authorized to perform: sts:AssumeRole.*\nMake the role there with a trust policy for the management account, or name the right one in accessRole\.\n$/,
        );
      }
    } finally {
      await admin.editSettings(() => settings);
    }
  });

  it("an auth account that the organization does not have is told as that", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) => text.replace('"222222222222"', '"222222222223"'));
    try {
      expect(await refused({}, "up", "--yes")).to.equal(
        "Error: The organization has no account 222222222223 (auth).\nCorrect authAccount; aws organizations list-accounts shows those that it has.\n",
      );
    } finally {
      await admin.editSettings(() => settings);
    }
  });

  it("the auth account below one of the units is refused: nobody could log in then", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) =>
      text.replace("- ou-abcd-11111111", "- ou-abcd-11111111\n    - ou-abcd-22222222"),
    );
    try {
      for (const command of [
        ["up", "--yes"],
        ["add-developer", "erin", "--yes"],
      ]) {
        expect(await refused({}, ...command), command.join(" ")).to.match(
          /^Error: The auth account 222222222222 is below ou-abcd-22222222, a unit of the service control policy, .*\nNothing was changed\. Take the unit out of organizationalUnits, or move the auth account/m,
        );
      }
    } finally {
      await admin.editSettings(() => settings);
    }
  });

  it("the management account among the others is refused by name", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) => text.replace('payments: "444444444444"', 'payments: "111111111111"'));
    try {
      expect(await refused({}, "up", "--yes")).to.contain(
        "payments (111111111111) is the management account of the organization",
      );
    } finally {
      await admin.editSettings(() => settings);
    }
  });

  it("an organizational unit that is not there is refused", async () => {
    const settings = await admin.settings();
    await admin.editSettings((text) => text.replace("ou-abcd-11111111", "ou-abcd-99999999"));
    try {
      expect(await refused({}, "up", "--yes")).to.equal(
        "Error: The organization has no organizational unit ou-abcd-99999999.\nLook the id up in the AWS Organizations console, and correct organizationalUnits.\n",
      );
    } finally {
      await admin.editSettings(() => settings);
    }
  });

  it("a unit without room for one more policy, and managed policies that are not there, are told before anybody is made", async () => {
    const { organization, organizationalUnit } = admin.sandbox;
    const [settings, model] = [await admin.settings(), organization.policies.get("p-FullAWSAccess")];
    if (model === undefined) throw new Error("no FullAWSAccess");
    const ids = Array.from({ length: 9 }, (_, index) => `p-0000000${index}`);
    for (const id of ids) {
      organization.policies.set(id, {
        ...model,
        id,
        name: `guard-${id.at(-1)}`,
        targets: new Set([organizationalUnit]),
      });
    }
    await admin.editSettings((text) =>
      text.replace("config:", 'config:\n  mfa-admin:permissionsBoundary: "arn:aws:iam::*:policy/Limits"'),
    );
    try {
      for (const command of commands.slice(0, 2)) {
        const refusal = (await refused({}, ...command)).replace(/^The stack "main" was never applied: .*\n/, "");
        expect(refusal, command.join(" ")).to.equal(
          "Error: The organizational unit ou-abcd-11111111 has 10 service control policies, and AWS takes no more: FullAWSAccess, guard-0, guard-1, guard-2, guard-3, guard-4, guard-5, guard-6, guard-7 and guard-8.\nNothing was changed. Detach one of them, or name the unit above or those below; if AWS has granted more, say how many in MFA_ADMIN_POLICIES_PER_TARGET.\n",
        );
      }
      const env = { MFA_ADMIN_POLICIES_PER_TARGET: "11" };
      expect(await refused({ env }, "up", "--yes")).to.equal(
        "Error: The permissions boundary arn:aws:iam::*:policy/Limits of the developers' roles is not there for sandbox and payments.\nNothing was changed. Make it there first, or correct permissionsBoundary.\n",
      );
      const { stdout } = await admin.succeed("preview");
      expect(stdout)
        .to.contain("! The organizational unit ou-abcd-11111111 has 10 service control policies")
        .and.to.contain("! The permissions boundary arn:aws:iam::*:policy/Limits");
    } finally {
      await admin.editSettings(() => settings);
      for (const id of ids) organization.policies.delete(id);
    }
  });

  it("an organization without service control policies is refused, with the command that turns them on", async () => {
    admin.sandbox.organization.serviceControlPoliciesEnabled = false;
    try {
      for (const command of commands.slice(0, 2)) {
        expect(await refused({}, ...command), command.join(" ")).to.equal(
          "Error: Service control policies are not switched on in this organization.\nRun: aws organizations enable-policy-type --policy-type SERVICE_CONTROL_POLICY --root-id r-abcd\n",
        );
      }
    } finally {
      admin.sandbox.organization.serviceControlPoliciesEnabled = true;
    }
  });

  it("without a passphrase, and without a terminal to ask on, nothing is done", async () => {
    for (const command of needStack) {
      const stderr = await refused({ env: { PULUMI_CONFIG_PASSPHRASE: undefined } }, ...command);
      expect(stderr, command.join(" ")).to.equal(
        'Error: The passphrase of the stack "main" is needed, and there is no terminal to ask on.\nSet PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.\n',
      );
    }
  });

  it("a wrong passphrase is refused", async () => {
    for (const command of needStack.slice(0, 2)) {
      expect(await refused({ env: { PULUMI_CONFIG_PASSPHRASE: "wrong" } }, ...command), command.join(" ")).to.equal(
        'Error: The passphrase is not that of the stack "main".\nCorrect PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, or unset both to be asked.\n',
      );
    }
  });

  it("a wrong passphrase in a file is refused, and so is a file that is not there", async () => {
    const file = join(admin.directory, "..", `${hostname()}-${process.pid}-passphrase`);
    await writeFile(file, "wrong\n");
    try {
      const env = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: file };
      expect(await refused({ env }, "up", "--yes")).to.match(
        /^Error: The passphrase is not that of the stack "main"\./,
      );
    } finally {
      await rm(file);
    }
    const env = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: file };
    expect(await refused({ env }, "up", "--yes")).to.match(
      /^Error: The file with the passphrase cannot be read: ENOENT.*\nCorrect PULUMI_CONFIG_PASSPHRASE_FILE\.\n$/,
    );
  });

  it("a missing Pulumi CLI is told, with how to get it", async () => {
    const empty = await mkdtemp(join(tmpdir(), "mfa-admin-cli-"));
    try {
      const env = { PATH: dirname(process.execPath), XDG_CACHE_HOME: empty, PULUMI_HOME: empty };
      for (const command of [...needStack.slice(0, 2), ["outputs"]]) {
        expect(await refused({ env }, ...command), command.join(" ")).to.equal(
          "Error: The Pulumi CLI was not found.\nInstall it from https://www.pulumi.com/docs/install/, or run npm run setup in a checkout of mfa-admin.\n",
        );
      }
    } finally {
      await rm(empty, { recursive: true });
    }
  });

  it("a directory without a project, and a stack that is not there, are told", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "mfa-admin-cli-"));
    try {
      expect(await refused({ cwd: elsewhere }, "up", "--yes")).to.match(
        /^Error: There is no Pulumi\.yaml in .* or above it\.\nRun the command in the project's directory, or run mfa-admin init to make a project\.\n$/,
      );
    } finally {
      await rm(elsewhere, { recursive: true });
    }
    expect(await refused({}, "up", "--yes", "--stack", "nosuch")).to.match(
      /^Error: The stack "nosuch" has no Pulumi\.nosuch\.yaml in .*\.\nThe stacks here are: main\.\n$/,
    );
  });

  it("a state that is somewhere else is told", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "mfa-admin-cli-"));
    try {
      const stderr = await refused({ env: { PULUMI_BACKEND_URL: `file://${elsewhere}` } }, "up", "--yes");
      expect(stderr).to.equal(
        `Error: There is no state of the stack "main" in file://${elsewhere}.\nThe state is where mfa-admin init was run: name that place in PULUMI_BACKEND_URL or in Pulumi.yaml (backend: url).\n`,
      );
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it("without a terminal and without --yes, nothing is begun", async () => {
    const from = admin.sandbox.requests.length;
    for (const [name = "", ...args] of needStack) {
      const stderr = await refused({}, name, ...args.filter((arg) => arg !== "--yes"));
      expect(stderr, name).to.equal(
        "Error: This has to be confirmed, and there is no terminal to ask on.\nAdd --yes.\n",
      );
    }
    expect(admin.sandbox.requests.slice(from)).to.eql([]);
  });

  it("--json tells an error as JSON on stdout", async () => {
    const { status, value } = await admin.json("up");
    expect({ status, value }).to.eql({
      status: 1,
      value: {
        error: { message: "This has to be confirmed, and there is no terminal to ask on.", remedy: "Add --yes." },
      },
    });
  });

  it("an open question about the passphrase does not hide another refusal, and a wrong answer may be corrected", async () => {
    const env = {
      PULUMI_CONFIG_PASSPHRASE: undefined,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    };
    const terminal = admin.terminalWith({ env }, "up");
    await terminal.waitFor('Passphrase of the stack "main":');
    terminal.enter("wrong");
    await terminal.waitFor("That is not the passphrase of this stack.");
    terminal.type("\x15");
    terminal.enter("correct horse battery staple");
    await terminal.waitFor("Error: No AWS credentials were found.");
    expect(await terminal.ended()).to.equal(1);
    expect(terminal.screen).not.to.contain("horse");
  });
});

describe("a stack that is locked by another run", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ passphrase: true, developers: ["alice"] });
  });
  after(() => admin.close());

  /** A lock as Pulumi's file backend writes it. */
  async function lock(holder: { pid: number; hostname: string }): Promise<void> {
    await mkdir(lockDirectory(admin), { recursive: true });
    await writeFile(
      join(lockDirectory(admin), "0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json"),
      JSON.stringify({ ...holder, username: "dana", timestamp: "2030-01-02T03:04:05Z" }),
    );
  }

  it("is refused with who holds the lock, before anything is changed", async () => {
    await lock({ pid: 4711, hostname: "ci-runner" });
    const [files, from] = [await admin.files(), admin.sandbox.requests.length];
    for (const command of [
      ["up", "--yes"],
      ["add-developer", "carol", "--yes"],
      ["destroy", "--yes"],
      ["refresh", "--yes"],
    ]) {
      const { status, stderr } = await admin.run(...command);
      expect({ status, stderr }, command.join(" ")).to.eql({
        status: 1,
        stderr:
          'Error: The stack "main" is locked by another run: dana@ci-runner, process 4711, since 2030-01-02T03:04:05Z.\nWait for it to end. If it is no longer running, release the lock with mfa-admin cancel.\n',
      });
    }
    expect(await admin.files()).to.eql(files);
    expect(admin.changesSince(from)).to.eql([]);
  });

  it("may be read all the same: list, outputs", async () => {
    await lock({ pid: 4711, hostname: "ci-runner" });
    expect((await admin.run("list", "--roster")).status).to.equal(0);
    expect((await admin.run("outputs")).status).to.equal(0);
  });

  it("is refused while the process that holds the lock is on this machine", async () => {
    await lock({ pid: process.pid, hostname: hostname() });
    const { status, stderr } = await admin.run("up", "--yes");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: `Error: The stack "main" is locked by another run: dana@${hostname()}, process ${process.pid}, since 2030-01-02T03:04:05Z.\nWait for it to end. If it is no longer running, release the lock with mfa-admin cancel.\n`,
    });
  });

  it("is taken over, with a note, when that process has ended", async () => {
    await lock({ pid: 2 ** 22 - 1, hostname: hostname() });
    const { stderr } = await admin.succeed("up", "--yes");
    expect(stderr.split("\n")[0]).to.equal(
      `Released the lock of a run that has ended without doing so: dana@${hostname()}, process ${2 ** 22 - 1}, since 2030-01-02T03:04:05Z.`,
    );
    expect(await readdir(lockDirectory(admin))).to.eql([]);
  });

  it("keeps its lock at cancel --held-by somebody else, and loses it at cancel --held-by its holder", async () => {
    await lock({ pid: 4711, hostname: "ci-runner" });
    const other = await admin.succeed("cancel", "--yes", "--held-by", "runner");
    expect(other.stdout).to.equal('The stack "main" has no lock of runner.\n');
    expect(await readdir(lockDirectory(admin))).to.have.length(1);
    const { stdout } = await admin.succeed("cancel", "--yes", "--held-by", "dana");
    expect(stdout).to.equal(
      'The lock of the stack "main" is released: dana@ci-runner, process 4711, since 2030-01-02T03:04:05Z. Run mfa-admin up to finish what was under way.\n',
    );
    expect(await readdir(lockDirectory(admin))).to.eql([]);
  });

  it("is released by cancel, and up goes on", async () => {
    await lock({ pid: 4711, hostname: "ci-runner" });
    const { stdout } = await admin.succeed("cancel", "--yes");
    expect(stdout).to.equal(
      'The lock of the stack "main" is released: dana@ci-runner, process 4711, since 2030-01-02T03:04:05Z. Run mfa-admin up to finish what was under way.\n',
    );
    expect(await readdir(lockDirectory(admin))).to.eql([]);
    await admin.succeed("up", "--yes");
  });
});
