import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expectGolden } from "../../support/golden.ts";
import { Administrator } from "../../support/harness.ts";

describe("preview without credentials", () => {
  let admin: Administrator;
  let base: string;

  /** The environment of a run for a pull request from a fork: GitHub hands secrets over as empty texts. */
  const fork = {
    CI: "true",
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
    PULUMI_CONFIG_PASSPHRASE: "",
  };

  const git = (...args: string[]): void => {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"];
    execFileSync("git", [...identity, ...args], { cwd: admin.directory, stdio: "pipe" });
  };

  before(async () => {
    admin = await Administrator.withProject({ passphrase: true, developers: ["alice", "bob"] });
    base = await admin.settings();
    git("init");
    git("add", ".");
    git("commit", "-m", "base");
    await copyFile(admin.settingsFile, join(admin.directory, "base.yaml"));
    await admin.editSettings((text) =>
      text
        .replace("    alice: {}\n    bob: {}", '    alice: { accounts: [payments] }\n    "carol@x": {}')
        .replace("config:", "config:\n  mfa-admin:contact: it@example.com"),
    );
  });
  after(() => admin.close());

  it("compares the roster alone with a git revision, says why, and asks AWS nothing", async () => {
    const flags = ["--base", "main", "--exit-code"];
    const { status, stdout, stderr } = await admin.runWith({ env: fork }, "preview", "--format", "markdown", ...flags);
    await expectGolden("test/cli/report/golden/fork.md", stdout);
    expect({ status, stderr, requests: admin.sandbox.requests }).to.eql({ status: 2, stderr: "", requests: [] });
    const { stdout: json } = await admin.runWith({ env: fork }, "preview", "--json", ...flags);
    expect(JSON.parse(json)).to.have.property("kind", "roster");
  });

  it("says what is missing", async () => {
    const env = { CI: "true", PULUMI_CONFIG_PASSPHRASE: "" };
    const { stdout } = await admin.runWith({ env }, "preview", "--base", "main");
    expect(stdout).to.contain("alone. There is no passphrase of the stack here, as in a pull request from a fork.");
  });

  it("compares it with a file, too, and where --roster-only asks for it", async () => {
    const { stdout } = await admin.succeed("preview", "--roster-only", "--base-file", "base.yaml");
    expect(stdout.split("\n").slice(0, 3)).to.eql([
      "This is the roster alone. It was asked for, with --roster-only. Neither AWS nor the stack's state was looked at; the settings are compared with those before the change.",
      "",
      "Adds 1 developer, 2 roles; removes 1 developer, 3 roles; other settings change: contact.",
    ]);
    expect(admin.sandbox.requests).to.eql([]);
  });

  it("warns of the removal of many as a whole preview does", async () => {
    const { stdout } = await admin.succeed("preview", "--roster-only", "--base", "HEAD", "--max-removals", "0");
    expect(stdout).to.contain("! This removes 1 of 2 developers, more than the 0 that one edit may remove.");
  });

  it("tells of other settings than the roster as a change, and on top that the service control policy moves", async () => {
    const edited = await admin.settings();
    await admin.editSettings(() => base.replace(/ou-abcd-\d+/, "ou-abcd-22222222"));
    const { status, stdout } = await admin.run("preview", "--roster-only", "--base", "HEAD", "--exit-code");
    expect({ status, text: stdout.split("\n").slice(2) }).to.eql({
      status: 2,
      text: [
        "The roster stays the same; other settings change: organizationalUnits.",
        "",
        "! The service control policy is taken off ou-abcd-11111111. Which accounts that leaves without it was not looked at: a leaked access key would work there without MFA.",
        "! The service control policy comes to ou-abcd-22222222. Whom it shuts out there was not looked at: users with access keys in accounts below, of the settings and others.",
        "",
      ],
    });
    await admin.editSettings(() => edited);
  });

  it("takes a stack that the base does not have for all new", async () => {
    git("checkout", "--orphan", "empty");
    git("commit", "--allow-empty", "-m", "nothing yet", "--only");
    git("symbolic-ref", "HEAD", "refs/heads/main");
    const { stdout } = await admin.succeed("preview", "--roster-only", "--base", "empty");
    expect(stdout).to.contain(
      " There were no settings of this stack before.\n\nAdds 2 developers, 3 roles; other settings change: organizationalUnits, authAccount, developmentAccounts, contact.\n",
    );
  });

  it("says what to fetch when git does not know the base, and what to add when there is none", async () => {
    const unknown = await admin.run("preview", "--roster-only", "--base", "origin/nowhere");
    expect(unknown.stderr).to.match(
      /^Error: The settings of the revision "origin\/nowhere" cannot be read from git: fatal: .*\.\nFetch it first \(actions\/checkout does with fetch-depth: 0\), or name a file with --base-file\.\n$/,
    );
    const none = await admin.run("preview", "--roster-only");
    expect(none.stderr).to.equal(
      "Error: To compare the roster alone, mfa-admin has to know what with.\nAdd --base REF, such as --base origin/main, or --base-file FILE.\n",
    );
  });

  it("takes nothing for a base but a revision", async () => {
    git("add", ".");
    for (const ref of ["", "HEAD:Pulumi.main.yaml", ":0", "--output=x", "-p"]) {
      const { status, stdout, stderr } = await admin.run("preview", "--roster-only", `--base=${ref}`);
      expect({ ref, status, stdout }).to.eql({ ref, status: 1, stdout: "" });
      expect(stderr).to.contain(`Error: The settings of the revision "${ref}" cannot be read from git: fatal: `);
    }
  });

  it("understands git whatever language it speaks", async () => {
    const bin = await mkdtemp(join(tmpdir(), "mfa-admin-git-"));
    const script = `#!/bin/sh
case "$LC_ALL:$LANGUAGE" in
  C:) PATH=\${PATH#*:} exec git "$@" ;;
  *) echo "Schwerwiegend: das geht nicht" >&2; exit 128 ;;
esac
`;
    await writeFile(join(bin, "git"), script, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}`, LC_ALL: "de_DE.UTF-8", LANGUAGE: "de" };
    const { stdout } = await admin.runWith({ env }, "preview", "--roster-only", "--base", "empty");
    expect(stdout).to.contain(" There were no settings of this stack before.\n");
    await rm(bin, { recursive: true });
  });

  it("names the place of what is wrong in the base", async () => {
    await writeFile(join(admin.directory, "old.yaml"), "config:\n  mfa-admin:authAccount: x\n");
    const { stderr } = await admin.run("preview", "--roster-only", "--base-file", "old.yaml");
    expect(stderr).to.match(
      /^Error: The settings of the base will not do:\n(old\.yaml.*\n)*old\.yaml:2: mfa-admin:authAccount: .*\n(old\.yaml.*\n)*Name another base\.\n$/,
    );
  });

  it("makes no plan, and says so rather than write none", async () => {
    const flags = ["--base", "main", "--save-plan", "plan.json"];
    const { status, stdout, stderr } = await admin.runWith({ env: fork }, "preview", ...flags);
    expect({ status, stdout, stderr }).to.eql({
      status: 1,
      stdout: "",
      stderr:
        "Error: There are no AWS credentials and no passphrase of the stack here: only the roster can be compared, which makes no plan.\nLeave out --save-plan, or hand over what is missing.\n",
    });
  });

  it("with credentials asks AWS, whether or not there is a base", async () => {
    await admin.editSettings(() => base);
    const { value } = await admin.json("preview", "--base", "main");
    expect(value).to.have.property("kind", "preview");
  });

  it("is refused as ever without a base", async () => {
    const { status, stderr } = await admin.runWith(
      { env: { ...fork, PULUMI_CONFIG_PASSPHRASE: undefined } },
      "preview",
    );
    expect(status).to.equal(1);
    expect(stderr).to.contain("Error: The passphrase of the stack");
  });
});
