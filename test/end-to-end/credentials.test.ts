import {
  CreateAccessKeyCommand,
  CreateVirtualMFADeviceCommand,
  GetUserCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { existsSync } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { User } from "../sandbox/index.ts";
import { administratorOf, type Clients, refusal } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";

const minute = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC";

describe("the credentials of developers", () => {
  let admin: Administrator;
  let auth: Clients;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
    await admin.editSettings((text) => text.replace("    bob: {}", "    bob: {}\n    newcomer: {}"));
    auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
  });
  after(() => admin.close());

  const account = () => admin.sandbox.organization.account(admin.sandbox.authAccount);
  const user = (name: string): User => account().users.get(name) ?? expect.fail(`no user ${name}`);
  const devices = (name: string): string[] => user(name).mfaDevices.map(({ serialNumber }) => serialNumber);
  const virtualDevices = (): string[] => [...account().virtualMfaDevices].map(({ name }) => name);
  const keys = (name: string): string[] => user(name).accessKeys.map(({ accessKeyId }) => accessKeyId);

  const unconfirmed = "This has to be confirmed, and there is no terminal to ask on.\nAdd --yes.";

  for (const command of ["reset-mfa", "revoke-keys", "reset-password"]) {
    const file = command === "reset-password" ? ["--password-file", "passwords"] : [];
    describe(command, () => {
      const refusals: { what: string; args: string[]; says: string }[] = [
        {
          what: "a name that is not in the roster",
          args: ["carol", "--yes"],
          says: "carol is not in the roster.\nmfa-admin list shows who is.",
        },
        {
          what: "a developer whose user has not been made yet",
          args: ["newcomer", "--yes"],
          says: `The auth account has no user "newcomer" yet.\nRun mfa-admin up, then mfa-admin ${command} newcomer again.`,
        },
      ];
      refusals.push(
        command === "reset-password"
          ? {
              what: "a name in another case, suggesting the right one",
              args: ["Alice", "--yes"],
              says: "Alice is not in the roster.\nDid you mean alice?",
            }
          : // reset-password has no such case: a developer without a password loses nothing, so it asks for no yes.
            {
              what: "to go on without a yes where there is no terminal",
              args: ["alice"],
              says: unconfirmed,
            },
      );
      for (const { what, args, says } of refusals) {
        it(`refuses ${what}, and changes nothing`, async () => {
          const from = admin.sandbox.requests.length;
          expect(await admin.run(command, ...args, ...file)).to.eql({
            status: 1,
            stdout: "",
            stderr: `Error: ${says}\n`,
          });
          const changed = admin.changesSince(from).filter(({ outcome }) => outcome === "ok");
          expect(changed).to.eql([]);
          expect(existsSync(join(admin.directory, "passwords"))).to.equal(false);
        });
      }
    });
  }

  describe("reset-mfa", () => {
    const enrolAgain =
      "alice can enrol now: mfa-admin enroll, or in the console, with a virtual device named alice exactly.\n";

    it("has nothing to remove for who has no device: it says so, and ends with 0", async () => {
      const from = admin.sandbox.requests.length;
      const { stdout, stderr } = await admin.succeed("reset-mfa", "alice", "--yes");
      expect(stdout).to.equal(`alice has no MFA device; there is nothing to remove.\n${enrolAgain}`);
      expect(stderr).to.match(/^Note: sessions already open may last until .*\n$/);
      expect(admin.changesSince(from)).to.eql([]);
    });

    it("shows every device on a terminal, and asks; a no changes nothing", async () => {
      await Developer.enrol(admin.sandbox, "alice");
      admin.sandbox.registerSecurityKey("alice", "yubikey");
      const before = devices("alice");
      const terminal = admin.terminal("reset-mfa", "alice");
      await terminal.waitFor("Remove these 2 devices of alice? (y/N)");
      terminal.enter("n");
      expect(await terminal.ended()).to.equal(1);
      expect(terminal.screen)
        .to.match(/^MFA device +Kind +Enabled\s*$/m)
        .and.to.match(new RegExp(`^alice +virtual +${minute}\\s*$`, "m"))
        .and.to.match(new RegExp(`^yubikey\\S* +passkey or security key +${minute}\\s*$`, "m"))
        .and.to.contain("Nothing was changed.");
      expect(devices("alice")).to.eql(before);
    });

    it("removes them after a yes, a security key by deactivation alone, and says what comes next", async () => {
      const from = admin.sandbox.requests.length;
      const [, securityKey = ""] = devices("alice");
      const terminal = admin.terminal("reset-mfa", "alice");
      await terminal.waitFor("(y/N)");
      terminal.enter("y");
      await terminal.waitFor("Removed 2 MFA devices of alice.");
      await terminal.waitFor(enrolAgain.trim());
      await terminal.waitFor("run mfa-admin revoke-keys alice and mfa-admin reset-password alice.");
      await terminal.waitFor("Note: sessions already open may last until 20");
      expect(await terminal.ended()).to.equal(0);
      expect([devices("alice"), virtualDevices()]).to.eql([[], []]);
      expect(
        admin
          .changesSince(from)
          .filter(({ input }) => input["SerialNumber"] === securityKey)
          .map(({ action }) => action),
      ).to.eql(["DeactivateMFADevice"]);
    });

    it("lets the developer enrol again, and log in with the new device", async () => {
      const alice = await Developer.enrol(admin.sandbox, "alice");
      expect(await works(await alice.login("sandbox"))).to.equal(true);
    });

    it("removes what an interrupted enrolment has left under the user's name, and nothing of anybody else", async () => {
      const create = (VirtualMFADeviceName: string) =>
        auth.iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName }));
      await create("bob");
      await create("bob2");
      expect((await refusal(create("bob"))).name).to.equal("EntityAlreadyExistsException");
      const { stderr, stdout } = await admin.succeed("reset-mfa", "bob", "--yes");
      expect(stderr).to.match(/^bob +virtual +not enabled$/m);
      expect(stdout).to.contain("Removed 1 MFA device of bob.\n");
      expect(virtualDevices()).to.have.members(["alice", "bob2"]);
      expect(devices("alice")).to.have.length(1);
      await create("bob");
      await admin.succeed("reset-mfa", "bob", "--yes");
    });

    it("finishes what was broken off in the middle", async () => {
      admin.sandbox.injectFault({
        service: "iam",
        action: "DeleteVirtualMFADevice",
        code: "AccessDenied",
        status: 403,
        times: 1,
      });
      expect((await admin.run("reset-mfa", "alice", "--yes")).status).to.equal(1);
      expect(virtualDevices()).to.include("alice");
      expect((await admin.succeed("reset-mfa", "alice", "--yes")).stdout).to.contain(
        "Removed 1 MFA device of alice.\n",
      );
      expect(virtualDevices()).not.to.include("alice");
    });

    it("gives with --json what it has removed", async () => {
      const serialNumber = admin.sandbox.registerSecurityKey("alice", "yubikey");
      const { status, value } = await admin.json("reset-mfa", "alice", "--yes");
      expect(status).to.equal(0);
      expect(value)
        .to.have.nested.property("removed[0]")
        .that.deep.includes({ serialNumber, kind: "passkey or security key" });
      expect(value)
        .to.have.nested.property("removed[0].enabledAt")
        .that.matches(/^\d{4}-.*Z$/);
      expect(value).to.have.property("userName", "alice");
    });
  });

  describe("revoke-keys", () => {
    let alice: Developer;

    before(async () => {
      await admin.succeed("revoke-keys", "alice", "--yes");
    });

    it("has nothing to revoke for who has no key: it says so, and ends with 0", async () => {
      const { stdout, stderr } = await admin.succeed("revoke-keys", "alice", "--yes");
      expect(stdout).to.equal("alice has no access key; there is nothing to revoke.\n");
      // Sessions of a key that was deleted by other means may still be open.
      expect(stderr).to.match(/^Note: sessions already open may last until .*\n$/);
    });

    it("shows the keys and their last use on a terminal, and asks; a no changes nothing", async () => {
      alice = await Developer.enrol(admin.sandbox, "alice");
      await alice.login("sandbox");
      const { AccessKey } = await auth.iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
      const second = { UserName: "alice", AccessKeyId: AccessKey?.AccessKeyId };
      await auth.iam.send(new UpdateAccessKeyCommand({ ...second, Status: "Inactive" }));
      const [used = "", unused = ""] = keys("alice");
      const terminal = admin.terminal("revoke-keys", "alice");
      await terminal.waitFor(`Delete ${used} and ${unused} of alice? (y/N)`);
      terminal.enter("n");
      expect(await terminal.ended()).to.equal(1);
      expect(terminal.screen)
        .to.match(/^Access key +Status +Created +Last used\s*$/m)
        .and.to.match(new RegExp(`^${used} +active +${minute} +${minute}, sts\\s*$`, "m"))
        .and.to.match(new RegExp(`^${unused} +inactive +${minute} +never\\s*$`, "m"));
      expect(keys("alice")).to.eql([used, unused]);
    });

    it("refuses the id of a key that there is none of, with the ids of those that there are", async () => {
      const [first = "", second = ""] = keys("alice");
      expect(await admin.run("revoke-keys", "alice", "--key", "AKIANONE", "--yes")).to.eql({
        status: 1,
        stdout: "",
        stderr: `Error: alice has no access key AKIANONE.\nThe keys are: ${first}, ${second}.\n`,
      });
    });

    it("--key deletes that one alone", async () => {
      const [first = "", second = ""] = keys("alice");
      const { value } = await admin.json("revoke-keys", "alice", "--key", second, "--yes");
      expect(value).to.have.nested.property("revoked.length", 1);
      expect(value).to.have.nested.property("revoked[0]").that.includes({ id: second, active: false });
      expect(keys("alice")).to.eql([first]);
    });

    it("deletes all, each of them stopped first, and says how the developer gets a new one", async () => {
      await auth.iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
      const ids = keys("alice");
      const from = admin.sandbox.requests.length;
      const { stdout, stderr } = await admin.succeed("revoke-keys", "alice", "--yes");
      expect(stdout).to.equal(
        `Deleted of alice: ${ids.join(", ")}.\n` +
          "For a new key alice makes one in the console, under Security credentials, then runs mfa-admin enroll.\n",
      );
      expect(stderr).to.contain("Note: sessions already open may last until 20");
      const done = admin.changesSince(from).map(({ action, input }) => `${action} ${String(input["AccessKeyId"])}`);
      expect(done).to.eql(ids.flatMap((id) => [`UpdateAccessKey ${id}`, `DeleteAccessKey ${id}`]));
      expect((await refusal(alice.aws.iam.send(new GetUserCommand({})))).name).to.match(/InvalidClientTokenId/);
      expect(devices("alice")).to.have.length(1);
    });

    it("refuses an id also where there is no key at all", async () => {
      const { stderr } = await admin.run("revoke-keys", "alice", "--key", "AKIANONE", "--yes");
      expect(stderr).to.equal("Error: alice has no access key AKIANONE.\nalice has no access key at all.\n");
    });
  });

  describe("list", () => {
    it("shows devices, keys and when they were last used, and who has no user yet", async () => {
      const bob = await Developer.enrol(admin.sandbox, "bob");
      await bob.login("sandbox");
      const { value } = await admin.json("list");
      const [, second, third] = value as Record<string, unknown>[];
      expect(second).to.deep.include({ userName: "bob", exists: true, mfaDevices: devices("bob") });
      expect(second)
        .to.have.nested.property("accessKeys[0]")
        .that.includes({ id: bob.accessKey.accessKeyId, active: true, lastUsedService: "sts" });
      expect(third).to.deep.include({ userName: "newcomer", exists: false, mfaDevices: [], accessKeys: [] });
    });
  });

  describe("reset-password", () => {
    const path = (): string => join(admin.directory, "passwords");
    let first: string;

    /** The password in the file, which only the file's owner may read. It deletes the file. */
    async function passwordIn(length = 24): Promise<string> {
      expect((await stat(path())).mode & 0o777).to.equal(0o600);
      const [, password = ""] = /^alice:(.*)\n$/.exec(await readFile(path(), "utf8")) ?? [];
      expect(password).to.have.length(length);
      await rm(path());
      return password;
    }

    /** The console's refusal of a sign-in that sets no new password. */
    const atConsole = async (password: string): Promise<string> =>
      (await refusal(admin.sandbox.signIn({ userName: "alice", password }))).message;

    before(() => admin.succeed("reset-mfa", "alice", "--yes"));

    it("makes the first password of who has none, which has to be changed at the first sign-in", async () => {
      const { stdout, stderr } = await admin.succeed("reset-password", "alice", "--password-file", path());
      first = await passwordIn();
      expect(await atConsole(first)).to.equal("You must change your password to continue");
      expect(stdout).to.contain(`One-time password  in ${path()}\n`);
      expect(stdout + stderr).not.to.contain(first);
    });

    it("replaces a password that the developer has chosen: the old one ends", async () => {
      await admin.sandbox.signIn({ userName: "alice", password: first, newPassword: "Her-own-password-1" });
      const refused = await admin.run("reset-password", "alice", "--password-file", path());
      expect(refused).to.eql({ status: 1, stdout: "", stderr: `Error: ${unconfirmed}\n` });
      const { value } = await admin.json("reset-password", "alice", "--yes", "--password-file", path());
      const second = await passwordIn();
      expect(JSON.stringify(value)).to.contain('"userName":"alice"').and.not.to.contain(second);
      expect(await atConsole("Her-own-password-1")).to.contain("Your authentication information is incorrect.");
      expect(await atConsole(second)).to.equal("You must change your password to continue");
    });

    it("makes one that an account's own password policy takes, however long it has to be", async () => {
      account().passwordPolicy = {
        minimumPasswordLength: 100,
        requireSymbols: true,
        requireNumbers: true,
        requireUppercaseCharacters: true,
        requireLowercaseCharacters: true,
        allowUsersToChangePassword: true,
      };
      await admin.succeed("reset-password", "alice", "--yes", "--password-file", path());
      expect(await atConsole(await passwordIn(128))).to.equal("You must change your password to continue");
      delete account().passwordPolicy;
    });

    it("changes nothing after a no, and nothing where the file is there already", async () => {
      const password = user("alice").loginProfile?.password;
      const terminal = admin.terminal("reset-password", "alice");
      await terminal.waitFor("Replace alice's password? (y/N)");
      terminal.enter("n");
      await terminal.waitFor("Nothing was changed.");
      expect(await terminal.ended()).to.equal(1);
      await writeFile(path(), "mine");
      const { stderr } = await admin.run("reset-password", "alice", "--yes", "--password-file", path());
      expect(stderr).to.equal(`Error: ${path()} is there already.\nName a new file in --password-file.\n`);
      expect(await readFile(path(), "utf8")).to.equal("mine");
      expect(user("alice").loginProfile?.password).to.equal(password);
    });

    it("never prints a password without a terminal", async () => {
      const { status, value } = await admin.json("reset-password", "alice", "--yes");
      expect(status).to.equal(1);
      expect(value).to.eql({
        error: { message: "A one-time password is shown on a terminal only.", remedy: "Add --password-file FILE." },
      });
    });
  });
});
