import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

import { Administrator, initFlags } from "../support/harness.ts";

describe("init", () => {
  let admin: Administrator;

  beforeEach(async () => {
    admin = await Administrator.withoutProject();
  });
  afterEach(() => admin.close());

  const read = (...path: string[]): Promise<string> => readFile(join(admin.directory, ...path), "utf8");

  /** Expects that a command is refused, and leaves nothing behind. */
  async function refused(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await admin.run("init", ...args);
    expect({ status, stdout, left: await readdir(admin.directory) }).to.eql({ status: 1, stdout: "", left: [] });
    expect(admin.changesSince(0)).to.eql([]);
    return stderr;
  }

  /** The flags with the value of one replaced. */
  const flags = (...[flag, value]: [string, string]): string[] => {
    const all = initFlags(admin.sandbox);
    return all.map((text, index) => (all[index - 1] === flag ? value : text));
  };

  it("makes a project by flags alone, without a change in AWS, and says what comes next", async () => {
    const { stdout } = await admin.succeed("init", ...initFlags(admin.sandbox));
    expect(stdout.split("\n")).to.eql([
      'The stack "main" is set up; nothing was changed in AWS.',
      `  Settings  ${admin.settingsFile}`,
      "  State     file://./.mfa-admin/state",
      "            Only this machine has it: keep a copy, and move it (mfa-admin state move) before others or a CI run mfa-admin.",
      "Next: mfa-admin add-developer NAME, or edit the settings and run mfa-admin up.",
      "",
    ]);
    expect(admin.changesSince(0)).to.eql([]);
    expect(parse(await read("Pulumi.yaml"))).to.deep.include({
      name: "mfa-admin",
      backend: { url: "file://./.mfa-admin/state" },
    });
    expect((parse(await admin.settings()) as Record<string, unknown>)["config"]).to.eql({
      "mfa-admin:organizationalUnits": ["ou-abcd-11111111"],
      "mfa-admin:authAccount": "222222222222",
      "mfa-admin:developmentAccounts": { sandbox: "333333333333", payments: "444444444444" },
      "mfa-admin:developers": {},
    });
    // The state's directory is readable by its owner alone, and git ignores it.
    expect(await read(".mfa-admin", ".gitignore")).to.match(/^state\/$/m);
    expect((await admin.run("up", "--yes")).status).to.equal(0);
  });

  it("gives the editor a schema of the settings", async () => {
    await admin.succeed("init", ...initFlags(admin.sandbox));
    expect(await admin.settings()).to.match(/^# yaml-language-server: \$schema=\.mfa-admin\/settings\.schema\.json\n/);
    const schema = JSON.parse(await read(".mfa-admin", "settings.schema.json")) as {
      properties: { config: { properties: Record<string, { description?: string }> } };
    };
    const { properties } = schema.properties.config;
    expect(properties["mfa-admin:developers"]?.description).to.equal("The roster: one IAM user per key.");
    expect(Object.keys(properties)).to.include.members(["mfa-admin:authAccount", "mfa-admin:sessionDuration"]);
  });

  it("refuses a stack that is there already, and leaves it as it is", async () => {
    await admin.succeed("init", ...initFlags(admin.sandbox));
    const files = await admin.files();
    const { status, stderr } = await admin.run("init", ...initFlags(admin.sandbox));
    expect({ status, stderr, files: await admin.files() }).to.eql({
      status: 1,
      stderr: `Error: The stack "main" has its settings in ${admin.settingsFile} already.\nEdit that file, or name another stack with --stack.\n`,
      files,
    });
  });

  it("makes a second stack in the same project", async () => {
    await admin.succeed("init", ...initFlags(admin.sandbox));
    await admin.succeed("init", ...flags("--stack", "test"));
    const { status, stderr } = await admin.run("up", "--yes");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: "Error: There are several stacks here: main, test.\nChoose one with --stack.\n",
    });
  });

  it("refuses flags with a wrong value, by name", async () => {
    expect(await refused(...flags("--auth-account", "22222"))).to.equal(
      'Error: --auth-account: an AWS account id has exactly 12 digits, not "22222".\nNothing was changed; correct the flags.\n',
    );
    expect(await refused(...flags("--organizational-unit", "ou-1"))).to.equal(
      "Error: --organizational-unit: an organizational unit's id looks like ou-abcd-11111111, with 8 characters at least at its end, not ou-1.\nNothing was changed; correct the flags.\n",
    );
    expect(await refused(...flags("--development-account", "sandbox"))).to.equal(
      "Error: --development-account sandbox: this is not NAME=ID.\nWrite, for one, sandbox=333333333333.\n",
    );
    expect(await refused(...initFlags(admin.sandbox), "--development-account", "sandbox=555555555555")).to.equal(
      'Error: --development-account: "sandbox" is given twice.\nName every account once.\n',
    );
    expect(await refused(...initFlags(admin.sandbox), "--backend", "place")).to.equal(
      "Error: --backend place: this is no place for a state.\nName one by file://, s3://, gs://, azblob:// or, for a Pulumi server, https://.\n",
    );
    expect(await refused(...flags("--stack", "a b"))).to.equal(
      'Error: "a b" is not a stack\'s name.\nUse 1 to 100 letters, digits, hyphens, underscores and dots.\n',
    );
  });

  it("names the flags that are missing where there is no terminal to ask on", async () => {
    expect(await refused("--stack", "main")).to.equal(
      "Error: There is no terminal to ask on, and these are missing: --auth-account ID, --development-account NAME=ID, --organizational-unit OU.\nAdd them.\n",
    );
  });

  it("refuses an account that is not in the organization, and names those that are", async () => {
    expect(await refused(...flags("--auth-account", "999999999999"))).to.equal(
      "Error: The organization has no active account 999999999999 (auth).\nIts accounts are: 111111111111 management, 222222222222 auth, 333333333333 sandbox, 444444444444 payments.\n",
    );
  });

  it("refuses an account that is closed, and says so", async () => {
    const { organization, developmentAccounts } = admin.sandbox;
    organization.account(developmentAccounts["payments"] ?? "").state = "CLOSED";
    const stderr = await refused(...initFlags(admin.sandbox));
    expect(stderr).to.contain("The account 444444444444 (payments) is CLOSED in AWS Organizations");
  });

  it("refuses an organizational unit that is not there", async () => {
    expect(await refused(...flags("--organizational-unit", "ou-abcd-99999999"))).to.match(
      /^Error: The organization has no organizational unit ou-abcd-99999999\.\n/,
    );
  });

  it("refuses an access role that cannot be assumed, naming the account", async () => {
    expect(await refused(...initFlags(admin.sandbox), "--access-role", "NoSuchRole")).to.match(
      /^Error: The role NoSuchRole cannot be assumed in account \w+ \(\d{12}\): /,
    );
  });

  it("takes its files back when the engine refuses, and leaves those that were there", async () => {
    const own = "name: ours # our own\nruntime: nodejs\n";
    await writeFile(join(admin.directory, "Pulumi.yaml"), own);
    const { status, stderr } = await admin.run("init", ...initFlags(admin.sandbox), "--backend", "https://127.0.0.1:9");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: The state is kept at https://127.0.0.1:9, and nobody is logged in there.\nRun pulumi login, or set PULUMI_ACCESS_TOKEN.\n",
    });
    expect(await admin.files()).to.eql({ "Pulumi.yaml": own });
  });

  it("without a passphrase and a terminal leaves nothing behind, either", async () => {
    const { status, stderr } = await admin.runWith(
      { env: { PULUMI_CONFIG_PASSPHRASE: undefined } },
      "init",
      ...initFlags(admin.sandbox),
    );
    expect({ status, stderr, left: await readdir(admin.directory) }).to.eql({
      status: 1,
      stderr:
        'Error: The passphrase of the stack "main" is needed, and there is no terminal to ask on.\nSet PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.\n',
      left: [],
    });
  });

  it("works below a project's directory and with --cwd, and keeps the state where --backend says", async () => {
    const project = join(admin.directory, "project");
    const state = join(admin.directory, "else where");
    await mkdir(project);
    const { value } = await admin.json(
      "init",
      ...initFlags(admin.sandbox),
      "--cwd",
      project,
      "--backend",
      "file://../else%20where",
    );
    expect(value).to.deep.include({ directory: project, stack: "main", backendUrl: "file://../else%20where" });
    expect(existsSync(join(state, ".pulumi"))).to.equal(true);
    await mkdir(join(project, "below"));
    const { status } = await admin.runWith({ cwd: join(project, "below") }, "list");
    expect(status).to.equal(0);
    await rm(project, { recursive: true });
  });

  it("takes how access keys are made from a flag, and writes it", async () => {
    await admin.succeed("init", ...initFlags(admin.sandbox), "--access-keys", "with-mfa");
    expect(await admin.settings()).to.contain("\n  mfa-admin:accessKeys: with-mfa\n");
  });

  it("warns of IAM users whom the policy will shut out, and of accounts that it does not protect", async () => {
    const { sandbox } = admin;
    sandbox.organization.addUnit("ou-abcd-33333333", "Mail");
    sandbox.addAccount("555555555555", "mail", "ou-abcd-33333333");
    sandbox.userInMemberAccount("555555555555", "jenkins", []);
    const { stderr } = await admin.succeed("init", ...flags("--organizational-unit", "ou-abcd-33333333"));
    expect(stderr.trimEnd().split("\n")).to.eql([
      "Note: sandbox (333333333333) is in none of these organizational units, so the policy does not protect it.",
      "Note: payments (444444444444) is in none of these organizational units, so the policy does not protect it.",
      "Note: The service control policy comes to accounts that the settings don't name: 555555555555 (mail).",
      "Note: The service control policy shuts out who has not been seen for 90 days, too: 555555555555/jenkins (access key, never used).",
    ]);
  });

  it("asks on a terminal for what the flags leave out, offering what the organization has", async () => {
    const terminal = admin.terminalWith(
      { env: { PULUMI_CONFIG_PASSPHRASE: undefined } },
      "init",
      ...["--development-account", "payments=444444444444"],
    );
    await terminal.waitFor("Name of the stack: (main)");
    terminal.enter();
    await terminal.waitFor("Which account holds the developers' IAM users?");
    await terminal.waitFor("222222222222  auth");
    terminal.enter();
    await terminal.waitFor("Which organizational units hold the development accounts?");
    await terminal.waitFor("ou-abcd-11111111  Development (2 accounts)");
    await terminal.waitFor("ou-abcd-22222222  Identity (1 account) holds the auth account");
    terminal.type(" ");
    terminal.enter();
    await terminal.waitFor("Region of the developers' profiles: (us-east-1)");
    terminal.type("tokyo");
    terminal.enter();
    await terminal.waitFor("this must be a region's code, such as ap-northeast-1 for Tokyo");
    terminal.type("\x15");
    terminal.enter("ap-northeast-1");
    await terminal.waitFor("How do developers make, change and delete their access keys?");
    await terminal.waitFor("with MFA alone, as AWS advises (recommended)");
    terminal.enter();
    await terminal.waitFor("Which guard rails?");
    await terminal.waitFor("roles         changes of the developers' roles and the access role");
    await terminal.waitFor("(resource control policies are not switched on)");
    terminal.enter();
    await terminal.waitFor("Where is the state to be kept?");
    await terminal.waitFor("in this directory, on this machine only");
    terminal.enter();
    await terminal.waitFor("If it is lost, the state is, too.");
    for (const again of ["another one", "a secret"]) {
      await terminal.waitFor('Choose a passphrase for the stack "main":');
      terminal.enter();
      await terminal.waitFor("An empty passphrase protects nothing.");
      terminal.enter("a secret");
      await terminal.waitFor("The same passphrase again:");
      terminal.enter(again);
      if (again !== "a secret") await terminal.waitFor("The two passphrases differ.");
    }
    await terminal.waitFor('The stack "main" is set up');
    expect(await terminal.ended()).to.equal(0);
    expect(terminal.screen).not.to.contain("In which accounts").and.not.to.contain("a secret");
    expect((parse(await admin.settings()) as Record<string, unknown>)["config"]).to.deep.include({
      "mfa-admin:organizationalUnits": ["ou-abcd-11111111"],
      "mfa-admin:authAccount": "222222222222",
      "mfa-admin:developmentAccounts": { payments: "444444444444" },
      "mfa-admin:region": "ap-northeast-1",
      "mfa-admin:accessKeys": "with-mfa",
      "mfa-admin:guardRails": ["roles", "identities", "organization", "root", "auth"],
    });
  });

  it("leaves nothing behind after Ctrl-C at a question", async () => {
    const terminal = admin.terminal("init", "--stack", "main");
    await terminal.waitFor("Which account holds the developers' IAM users?");
    terminal.ctrlC();
    await terminal.waitFor("Interrupted. Nothing was changed.");
    expect(await terminal.ended()).to.equal(1);
    expect(await readdir(admin.directory)).to.eql([]);
  });
});
