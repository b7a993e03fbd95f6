import { GetLoginProfileCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { administratorOf } from "../sandbox/testing.ts";
import { enrolAndLogin } from "../support/developer.ts";
import { filesIn } from "../support/files.ts";
import { Administrator } from "../support/harness.ts";

describe("add-developer", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject();
  });
  after(() => admin.close());

  const passwordOf = (name: string): string | undefined =>
    admin.sandbox.organization.account(admin.sandbox.authAccount).users.get(name)?.loginProfile?.password;

  async function mustChangePassword(name: string): Promise<boolean | undefined> {
    const auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const { LoginProfile } = await auth.iam.send(new GetLoginProfileCommand({ UserName: name }));
    return LoginProfile?.PasswordResetRequired;
  }

  describe("on a terminal", () => {
    it("shows what would change and asks; a no restores the roster", async () => {
      const before = await admin.settings();
      const terminal = admin.terminal("add-developer", "alice", "--account", "sandbox");
      await terminal.waitFor("+ auth        user alice");
      await terminal.waitFor("+ sandbox     role developer-alice");
      await terminal.waitFor('Apply to the stack "main"? (y/N)');
      terminal.enter("n");
      await terminal.waitFor("Nothing was changed.");
      expect(await terminal.ended()).to.equal(1);
      // The refused question is no error: it went as the administrator wanted.
      expect(terminal.screen).not.to.contain("Error");
      expect(await admin.settings()).to.equal(before);
      expect(admin.changesSince(0)).to.eql([]);
      // Each change is told once.
      expect(terminal.screen.split("user alice")).to.have.length(2);
    });

    it("takes nothing that was typed before the question for its answer", async () => {
      const terminal = admin.terminal("add-developer", "alice");
      terminal.enter("y");
      terminal.type("y");
      await terminal.waitFor("(y/N)");
      terminal.enter();
      await terminal.waitFor("Nothing was changed.");
      expect(await terminal.ended()).to.equal(1);
      expect(admin.changesSince(0)).to.eql([]);
    });

    it("takes Ctrl-C at the question for a no", async () => {
      const before = await admin.settings();
      const terminal = admin.terminal("add-developer", "alice");
      await terminal.waitFor("(y/N)");
      terminal.ctrlC();
      await terminal.waitFor("Interrupted. Nothing was changed.");
      expect(await terminal.ended()).to.equal(1);
      expect(await admin.settings()).to.equal(before);
      expect(admin.changesSince(0)).to.eql([]);
    });

    it("lets the developer in after a yes, and shows the one-time password once, with what else to hand over", async () => {
      const terminal = admin.terminal("add-developer", "alice", "--account", "sandbox");
      await terminal.waitFor("(y/N)");
      terminal.enter("y");
      await terminal.waitFor("Hand over to alice:");
      expect(await terminal.ended()).to.equal(0);
      const password = passwordOf("alice") ?? "";
      const page = terminal.screen.slice(terminal.screen.indexOf("Hand over to alice:"));
      expect(page.trimEnd().split(/\r?\n/)).to.eql([
        "Hand over to alice:",
        "  Sign-in address    https://222222222222.signin.aws.amazon.com/console",
        "  User name          alice",
        `  One-time password  ${password}  (to be changed at the first sign-in; not shown again)`,
        "  Role in sandbox    arn:aws:iam::333333333333:role/developer-alice",
        "  MFA device         a virtual one named alice; any other name is refused",
        "  Instructions       mfa-admin guide alice prints them",
      ]);
      expect(terminal.screen.split(password)).to.have.length(2);
      expect(await mustChangePassword("alice")).to.equal(true);
      expect(await enrolAndLogin(admin.sandbox, "alice")).to.equal(true);
    });

    it("counts the changes alone, out of as many as were asked about", async () => {
      const terminal = admin.terminal("add-developer", "zoe");
      await terminal.waitFor("(y/N)");
      terminal.enter("y");
      for (const count of ["(1/3)", "(2/3)", "(3/3)"]) await terminal.waitFor(count);
      await terminal.waitFor("3 created, 5 unchanged.");
      expect(await terminal.ended()).to.equal(0);
    });
  });

  describe("without a terminal", () => {
    it("makes no password that nobody would see, and says how to get one", async () => {
      const { stdout, stderr } = await admin.succeed("add-developer", "bob", "carol", "--yes");
      expect(stdout).to.match(/^Done in \d+\.\d s: 6 created, \d+ unchanged\.\n\nHand over to 2 developers:\n/);
      expect(stdout)
        .to.match(/^bob {8}none yet {11}developer-bob$/m)
        .and.match(
          /\nStdout is no terminal\. Run mfa-admin reset-password NAME on one for the one-time passwords\.\n$/,
        );
      // Without a preview the number of changes is not known, so that resources are counted.
      expect(stderr).to.match(/^ {2}\+ auth {8}user (bob|carol) {2}\(\d+\/\d+\)$/m);
      expect([passwordOf("bob"), passwordOf("carol")]).to.eql([undefined, undefined]);
    });

    it("writes one-time passwords into a new file that only its owner can read", async () => {
      const file = join(admin.directory, "passwords");
      const { stdout, stderr } = await admin.succeed("add-developer", "dave", "--password-file", file, "--yes");
      const password = passwordOf("dave") ?? "";
      expect(password).to.have.length(24);
      expect(await readFile(file, "utf8")).to.equal(`dave:${password}\n`);
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      expect(await mustChangePassword("dave")).to.equal(true);
      expect(stdout).to.contain(`  One-time password  in ${file}\n`);
      expect(stdout + stderr).not.to.contain(password);
      await rm(file);
    });

    it("keeps passwords out of --json, too", async () => {
      const { status, value } = await admin.json("add-developer", "erin", "--account", "payments", "--yes");
      expect(status).to.equal(0);
      expect(value).to.deep.include({
        added: ["erin"],
        applied: true,
        developers: [
          {
            userName: "erin",
            signInAddress: "https://222222222222.signin.aws.amazon.com/console",
            roles: { payments: "arn:aws:iam::444444444444:role/developer-erin" },
          },
        ],
      });
      expect(passwordOf("erin")).to.equal(undefined);
    });

    it("refuses a password file that is there already, before anything is done", async () => {
      const file = join(admin.directory, "precious");
      await writeFile(file, "mine");
      const [before, from] = [await admin.settings(), admin.sandbox.requests.length];
      const { status, stderr } = await admin.run("add-developer", "frank", "--password-file", file, "--yes");
      expect({ status, stderr }).to.eql({
        status: 1,
        stderr: `Error: ${file} is there already.\nName a new file in --password-file.\n`,
      });
      expect(await readFile(file, "utf8")).to.equal("mine");
      expect(await admin.settings()).to.equal(before);
      expect(admin.sandbox.requests.slice(from)).to.eql([]);
      await rm(file);
    });

    it("refuses a password file where none can be, before anything is done", async () => {
      const [before, from] = [await admin.settings(), admin.sandbox.requests.length];
      const { status, stderr } = await admin.run("add-developer", "frank", "--password-file", "no/such/file", "--yes");
      expect({ status, stderr }).to.eql({
        status: 1,
        stderr:
          "Error: no/such/file cannot be written: there is no directory no/such.\nName a new file in --password-file.\n",
      });
      expect(await admin.settings()).to.equal(before);
      expect(admin.sandbox.requests.slice(from)).to.eql([]);
    });

    it("says what to do about a user whom the auth account has already", async () => {
      admin.sandbox.userInMemberAccount(admin.sandbox.authAccount, "gus", []);
      const { status, stderr } = await admin.run("add-developer", "gus", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.equal(
        "Error: AWS has already, but not from this stack: user gus in auth.\n" +
          "Nothing was changed. Delete what is there already, or run mfa-admin up --adopt, with it in the settings, to take it into the stack; mfa-admin preview --adopt shows what it keeps and loses.\n",
      );
      expect(await admin.roster()).not.to.include("gus");
    });

    it("up --adopt takes such a user into the stack, with the accesses of a developer", async () => {
      await admin.succeed("add-developer", "gus", "--no-up");
      const { stderr } = await admin.succeed("up", "--adopt", "--yes");
      expect(stderr).to.contain("Taking into the stack what AWS has already: user gus (auth).\n");
      expect(await enrolAndLogin(admin.sandbox, "gus")).to.equal(true);
    });
  });

  describe("reset-password", () => {
    it("gives a new one-time password on a terminal, and the old one ends", async () => {
      const old = passwordOf("alice") ?? "";
      const terminal = admin.terminal("reset-password", "alice", "--yes");
      expect(await terminal.ended()).to.equal(0);
      const password = passwordOf("alice") ?? "";
      expect(password).not.to.equal(old);
      expect(terminal.screen).to.contain(password);
      expect(await mustChangePassword("alice")).to.equal(true);
    });

    it("is refused without a terminal or a file", async () => {
      const { status, stderr } = await admin.run("reset-password", "alice", "--yes");
      expect({ status, stderr }).to.eql({
        status: 1,
        stderr: "Error: A one-time password is shown on a terminal only.\nAdd --password-file FILE.\n",
      });
    });
  });

  describe("and reset-password", () => {
    it("never lets a password into the state, the settings or any other file", async () => {
      const passwords = [...admin.sandbox.organization.account(admin.sandbox.authAccount).users]
        .map(({ loginProfile }) => loginProfile?.password)
        .filter((password) => password !== undefined);
      expect(passwords).to.have.length.greaterThan(1);
      for (const path of await filesIn(admin.directory)) {
        const text = await readFile(join(admin.directory, path), "utf8");
        for (const password of passwords) expect(text, path).not.to.contain(password);
      }
    });
  });
});
