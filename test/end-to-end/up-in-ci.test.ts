import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import { expectGolden } from "../support/golden.ts";
import { Administrator, initFlags } from "../support/harness.ts";
import { lockDirectory } from "../support/state-lock.ts";

describe("up in CI", () => {
  let admin: Administrator;
  let env: Record<string, string>;

  beforeEach(async () => {
    admin = await Administrator.withProject({ passphrase: true, developers: ["alice", "bob"] });
    const summary = join(admin.directory, "summary.md");
    env = { CI: "true", GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: admin.directory, GITHUB_STEP_SUMMARY: summary };
  });
  afterEach(() => admin.close());

  const summary = (): Promise<string> => readFile(env["GITHUB_STEP_SUMMARY"] ?? "", "utf8");

  it("adds what it has done to the job's summary, and prints plain lines", async () => {
    const { status, stdout, stderr } = await admin.runWith({ env: { ...env, FORCE_COLOR: "1" } }, "up", "--yes");
    expect(status).to.equal(0);
    expect(stdout).to.match(/^Done in [\d.]+ s: 9 created, 0 unchanged\.\n$/);
    expect(stderr.split("\n").slice(0, 9)).to.satisfy((lines: string[]) =>
      lines.every((line) => /^ {2}\+ (management|auth|sandbox|payments) +[a-z ]+ [\w-]+ {2}\(\d\/9\)$/.test(line)),
    );
    await expectGolden("test/cli/report/golden/up.md", await summary());
    await writeFile(env["GITHUB_STEP_SUMMARY"] ?? "", "");
    await admin.runWith({ env }, "up", "--yes");
    expect(await summary()).to.contain("Nothing was to be done: as far as the state knows, all 9 resources are as");
  });

  it("neither asks nor colours nor rewrites a line where CI is set, even on a terminal", async () => {
    const asked = admin.terminalWith({ env: { CI: "true" } }, "up");
    await asked.waitFor("Error: This has to be confirmed, and there is no terminal to ask on.");
    expect(await asked.ended()).to.equal(1);
    const terminal = admin.terminalWith({ env: { CI: "true", FORCE_COLOR: "3" } }, "up", "--yes");
    await terminal.waitFor("Done in ");
    expect(await terminal.ended()).to.equal(0);
    expect(admin.printed).to.not.contain("\u001b");
  });

  it("marks every error of the settings file at its line, and puts it into the summary", async () => {
    await admin.editSettings((text) =>
      text.replace("bob: {}", "bob: { accounts: [nowhere, 50%] }").replace('"222222222222"', "2"),
    );
    const { status, stdout, stderr } = await admin.runWith({ env }, "up", "--yes");
    expect({ status, stdout }).to.eql({ status: 1, stdout: "" });
    expect(stderr.split("\n").filter((line) => line.startsWith("::"))).to.eql([
      "::error file=Pulumi.main.yaml,line=7,title=mfa-admin::mfa-admin:authAccount: an AWS account id has exactly 12 digits, not 2",
    ]);
    expect(await summary()).to.match(/^### `mfa-admin up` failed\n\n```text\nPulumi\.main\.yaml:7: /);
    await admin.editSettings((text) => text.replace(": 2\n", ': "222222222222"\n'));
    const second = await admin.runWith({ env }, "up", "--yes");
    expect(second.stderr.split("\n").filter((line) => line.startsWith("::"))).to.eql([
      '::error file=Pulumi.main.yaml,line=15,title=mfa-admin::mfa-admin:developers.bob.accounts.0: "nowhere" is not one of the development accounts (sandbox, payments)',
      '::error file=Pulumi.main.yaml,line=15,title=mfa-admin::mfa-admin:developers.bob.accounts.1: "50%25" is not one of the development accounts (sandbox, payments)',
    ]);
  });

  it("marks what AWS does not have at the line of the setting that names it, and prints JSON as ever", async () => {
    await admin.editSettings((text) => text.replace("ou-abcd-11111111", "ou-abcd-99999999"));
    const { status, stdout, stderr } = await admin.runWith({ env }, "up", "--yes", "--json");
    expect(status).to.equal(1);
    expect(JSON.parse(stdout)).to.have.nested.property("error.message");
    expect(stderr).to.equal(
      "::error file=Pulumi.main.yaml,line=5,title=mfa-admin::The organization has no organizational unit ou-abcd-99999999.%0ALook the id up in the AWS Organizations console, and correct organizationalUnits.\n",
    );
  });

  it("marks each thing that AWS refuses, at the line of the roster that names its developer", async () => {
    await admin.succeed("up", "--yes");
    await admin.editSettings((text) => text.replace("developers:\n", "developers:\n    zoe: {}\n    yan: {}\n"));
    const refusal = { code: "AccessDenied", handlerErrorCode: "AccessDenied", message: "not today", times: 2 };
    const accountId = admin.sandbox.developmentAccounts["payments"] ?? "";
    admin.sandbox.injectFault({ service: "cloudcontrol", action: "CreateResource", accountId, ...refusal });
    const { status, stderr } = await admin.runWith({ env }, "up", "--yes");
    expect(status).to.equal(1);
    const lines = (await admin.settings()).split("\n");
    for (const name of ["zoe", "yan"]) {
      const line = lines.indexOf(`    ${name}: {}`) + 1;
      const place = `::error file=Pulumi.main.yaml,line=${line},title=mfa-admin::`;
      expect(stderr.split("\n").filter((one) => one.startsWith(place))).to.have.length(1);
      expect(stderr).to.contain(`${place}payments: create role developer-${name}: AccessDenied: not today`);
    }
    // The job's summary lists what was done all the same.
    expect(await summary()).to.match(
      /^### `mfa-admin up` failed\n[^]*\n### What `mfa-admin up` did to `main`\n[^]*\| `zoe` \| `auth` \| user `zoe` \| created \|\n/,
    );
  });

  it("does what it is to do, and tells why it cannot, where the job's summary cannot be written", async () => {
    const unwritable = { ...env, GITHUB_STEP_SUMMARY: join(admin.directory, "nowhere", "summary.md") };
    const { status, stdout, stderr } = await admin.runWith({ env: unwritable }, "up", "--yes");
    expect(status).to.equal(0);
    expect(stdout).to.contain("9 created");
    expect(stderr).to.contain("Note: the job's summary could not be written: ENOENT");
    await admin.editSettings((text) => text.replace("bob: {}", "bob: { accounts: [nowhere] }"));
    const failed = await admin.runWith({ env: unwritable }, "up", "--yes");
    expect(failed.status).to.equal(1);
    expect(failed.stderr).to.contain('"nowhere" is not one of the development accounts');
  });

  it("prints no secret of the environment, whoever repeats it", async () => {
    const secret = admin.sandbox.administrator.secretAccessKey;
    const message = `signed with ${secret}`;
    const request = { service: "organizations", action: "ListRoots", times: 1 };
    admin.sandbox.injectFault({ ...request, code: "InvalidInputException", message });
    const { status, stderr } = await admin.runWith({ env }, "up", "--yes", "--verbose");
    expect(status).to.equal(1);
    expect(stderr).to.contain("signed with ***").and.not.contain(secret);
    expect(await summary())
      .to.contain("signed with ***")
      .and.not.contain(secret);
  });

  it("prints no command for GitHub that somebody else has written", async () => {
    const message = "no\n::add-mask::alice\n  ::stop-commands::x ##[error]y";
    const request = { service: "organizations", action: "ListRoots", times: 1 };
    admin.sandbox.injectFault({ ...request, code: "InvalidInputException", message });
    const { status, stderr } = await admin.runWith({ env }, "up", "--yes", "--verbose");
    expect(status).to.equal(1);
    expect(stderr).to.contain("\n: :add-mask::alice\n  : :stop-commands::x ## [error]y");
    const commands = stderr.match(/^\s*::.*|##\[/gm);
    expect(commands).to.have.length(1);
    expect(commands?.[0]).to.match(/^::error title=mfa-admin::/);
  });

  it("prints none that a file holds, either, nor in the form of JSON or of a URL", async () => {
    const passphrase = 'quite "right" / secret';
    const file = join(admin.directory, "passphrase.txt");
    await writeFile(file, `${passphrase}\n`);
    const forms = [passphrase, JSON.stringify(passphrase).slice(1, -1), encodeURIComponent(passphrase)];
    const secret = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: file };
    // The stack is made anew, for this passphrase.
    await rm(join(admin.directory, ".mfa-admin"), { recursive: true });
    await rm(admin.settingsFile);
    await admin.runWith({ env: { ...env, ...secret } }, "init", ...initFlags(admin.sandbox));
    const request = { service: "organizations", action: "ListRoots", times: 1 };
    admin.sandbox.injectFault({ ...request, code: "InvalidInputException", message: `given: ${forms.join(" and ")}.` });
    const { stderr } = await admin.runWith({ env: { ...env, ...secret } }, "up", "--yes", "--verbose");
    const printed = stderr + (await summary());
    expect(printed).to.contain("given: *** and *** and ***.");
    for (const form of forms) expect(printed).to.not.contain(form);
  });

  describe("under another run's lock", () => {
    const locks = (): string => lockDirectory(admin);

    /** Writes the lock of a run on another machine, of which this one can't tell whether it still runs. */
    async function lock(): Promise<string> {
      await mkdir(locks(), { recursive: true });
      const file = join(locks(), "0f8fad5b-d9cb-469f-a165-70867728950e.json");
      const holder = { pid: 4711, username: "carol", hostname: `not-${hostname()}`, timestamp: "2026-01-02T03:04:05Z" };
      await writeFile(file, JSON.stringify(holder));
      return file;
    }

    const held = (): string =>
      `locked by another run: carol@not-${hostname()}, process 4711, since 2026-01-02T03:04:05Z`;

    it("waits up to --lock-timeout, saying who holds it, and goes on when it is released", async () => {
      const file = await lock();
      const meanwhile = async (child: ChildProcess): Promise<void> => {
        await new Promise<void>((resolve) => {
          child.stderr?.on("data", (data: Buffer) => {
            if (data.toString().includes("Waiting for it to end.")) resolve();
          });
        });
        await rm(file);
      };
      const { status, stderr } = await admin.runWith({ env, meanwhile }, "up", "--yes", "--lock-timeout", "1m");
      expect(status).to.equal(0);
      expect(stderr.split("\n")[0]).to.equal(`The stack "main" is ${held()}. Waiting for it to end.`);
    });

    it("that came while it asked looks and asks again: the other run may have changed everything", async () => {
      const terminal = admin.terminal("up", "--lock-timeout", "1m");
      await terminal.waitFor("Adds 2 developers, 4 roles,");
      await terminal.waitFor('Apply to the stack "main"?');
      const asked = await admin.settings();
      await admin.editSettings((text) => text.replace("    alice: {}\n", ""));
      await admin.succeed("up", "--yes");
      await admin.editSettings(() => asked);
      const file = await lock();
      terminal.enter("y");
      await terminal.waitFor("Waiting for it to end.");
      await rm(file);
      await terminal.waitFor("Adds 1 developer, 2 roles;");
      await terminal.waitFor('Apply to the stack "main"?');
      terminal.enter("n");
      expect(await terminal.ended()).to.equal(1);
    });

    it("is refused when the time is over, and at once without it", async () => {
      await lock();
      for (const flags of [["--lock-timeout", "3s"], []]) {
        const { status, stderr } = await admin.runWith({ env }, "up", "--yes", ...flags);
        expect(status).to.equal(1);
        expect(stderr).to.contain(`Error: The stack "main" is ${held()}.\nWait for it to end. `);
        expect(stderr.includes("Waiting")).to.equal(flags.length > 0);
      }
      expect(admin.changesSince(0)).to.eql([]);
    });

    it("refuses a time that is none", async () => {
      const { stderr } = await admin.run("up", "--yes", "--lock-timeout", "soon");
      expect(stderr).to.equal(
        'Error: --lock-timeout: "soon" is no time to wait; give one such as 90s, 10m or 1h.\nSee --help for the arguments and flags.\n',
      );
    });
  });
});
