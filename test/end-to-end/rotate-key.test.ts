import { CreateAccessKeyCommand, DeleteAccessKeyCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { administratorOf, type Clients } from "../sandbox/testing.ts";
import type { Administrator, Result } from "../support/harness.ts";
import { interruptedIn } from "../support/terminal.ts";
import { aliceAtWork, profileText, type Workstation } from "../support/workstation.ts";

for (const accessKeys of ["article", "with-mfa"] as const) {
  describe(`rotate-key with accessKeys: ${accessKeys}`, () => {
    let admin: Administrator;
    let alice: Workstation;
    let auth: Clients;

    before(async () => {
      ({ admin, alice } = await aliceAtWork(["alice"]));
      const settings = `config:\n  mfa-admin:maxKeyAge: 90\n  mfa-admin:accessKeys: ${accessKeys}\n`;
      await admin.editSettings((text) => text.replace("config:\n", settings));
      await admin.succeed("up", "--yes");
      auth = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    });
    after(() => admin.close());
    afterEach(() => {
      admin.sandbox.clearFaults();
    });

    const user = () =>
      admin.sandbox.organization.account(admin.sandbox.authAccount).users.get("alice") ?? expect.fail();
    const keys = (): string[] => user().accessKeys.map(({ status }) => status);
    const inProfile = async (): Promise<string> => (await alice.profile("auth")).accessKeyId;
    const rotate = (...flags: string[]): Promise<Result> =>
      alice.run("rotate-key", ...(accessKeys === "with-mfa" ? [alice.nextCode()] : []), ...flags);
    const login = async (): Promise<Result> => alice.run("login", "--account", "sandbox", alice.nextCode());
    const finished = async (): Promise<void> => {
      const [old, kept] = [user().accessKeys.map(({ accessKeyId }) => accessKeyId), await inProfile()];
      expect(old).to.include(kept);
      const { status, stdout, stderr } = await rotate("--grace", "0");
      expect(status, stderr).to.equal(0);
      expect(stdout).to.contain("is deleted.");
      expect(keys()).to.eql(["Active"]);
      expect(await inProfile()).to.equal(user().accessKeys[0]?.accessKeyId);
      expect(await alice.readAws("credentials")).not.to.contain("[auth-new]");
      expect((await login()).status).to.equal(0);
    };
    const otherKey = async () => {
      const { AccessKey } = await auth.iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
      return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
    };
    const note = async (rotation: object): Promise<void> => {
      const directory = join(alice.home, ".local", "share", "mfa-admin", "enrollments");
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "222222222222-alice.json"), JSON.stringify({ rotation }));
    };

    it("is what login and whoami say of a key that is too old, where a key may ask for its age", async () => {
      const [key = expect.fail()] = user().accessKeys;
      const created = new Date(Date.now() - 100.5 * 86_400_000);
      Object.assign(key, { created });
      const [whoami, { stderr }] = [await alice.succeed("whoami"), await login()];
      if (accessKeys === "with-mfa") {
        expect(whoami.stdout + stderr).not.to.contain("days old");
        return;
      }
      expect(whoami.stdout).to.contain("100 days old: run mfa-admin rotate-key");
      expect(stderr.replace(/\s+/g, " ")).to.contain(
        `Note: your access key ${key.accessKeyId} is 100 days old, and your organization wants a new one after 90: run mfa-admin rotate-key.`,
      );
    });

    it("stores the new key, tries it, and deactivates the old one, whose owner logs in by the new one", async () => {
      const old = await inProfile();
      const from = admin.sandbox.requests.length;
      const { status, stdout, stderr } = await rotate();
      expect(status, stderr).to.equal(0);
      expect(stdout.replace(/\s+/g, " ")).to.match(
        /The old key AKIA\w+ is inactive\. Run mfa-admin rotate-key again from/,
      );
      expect(admin.changesSince(from).map(({ action }) => action)).to.eql(["CreateAccessKey", "UpdateAccessKey"]);
      expect(keys()).to.eql(["Inactive", "Active"]);
      expect(await inProfile())
        .to.equal(user().accessKeys[1]?.accessKeyId)
        .and.to.not.equal(old);
      expect((await login()).status).to.equal(0);
      if (accessKeys === "article") expect((await alice.succeed("whoami")).stdout).not.to.contain("days old");
    });

    it("leaves the old key until the grace is over, then deletes it", async () => {
      const { status } = await rotate();
      expect([status, keys()]).to.eql([0, ["Inactive", "Active"]]);
      await finished();
    });

    it("leaves a login open for the profiles that share it, and knows the codes that were used", async () => {
      await login();
      const before = await alice.succeed("credential-process", "--account", "sandbox");
      const { status, stderr } = await rotate();
      expect(status, stderr).to.equal(0);
      const after = await alice.succeed("credential-process", "--account", "sandbox");
      expect(after.stdout).to.equal(before.stdout);
      if (accessKeys === "with-mfa") {
        const used = await alice.run("login", "--account", "sandbox", alice.lastCode());
        expect(used.stderr).to.contain("This code was used already");
      }
      await finished();
    });

    if (accessKeys === "article") {
      it("run three times at once makes one key, and each says how things stand", async () => {
        const [old, from] = [await inProfile(), admin.sandbox.requests.length];
        admin.sandbox.setLatency(300, "CreateAccessKey");
        for (const { status, stdout, stderr } of await Promise.all([rotate(), rotate(), rotate()])) {
          expect(status, stderr).to.equal(0);
          expect(stdout).to.contain(`The old key ${old} is inactive.`);
        }
        admin.sandbox.setLatency(0, "CreateAccessKey");
        expect(admin.changesSince(from).map(({ action }) => action)).to.eql(["CreateAccessKey", "UpdateAccessKey"]);
        await finished();
      });

      it("says after Ctrl-C what is done, and goes on from there", async () => {
        const [first, then] = [
          "A new key may be there, and yours works as before: run mfa-admin rotate-key again, which goes on from there.",
          "The profile auth has the new key, and the old one may work still: run mfa-admin rotate-key again, which goes on from there.",
        ];
        const making = alice.terminal("rotate-key");
        await interruptedIn(admin, "CreateAccessKey", making);
        expect(making.screen.replaceAll(/\s+/g, " ")).to.contain(`Interrupted. ${first}`);
        const replacing = alice.terminal("rotate-key");
        await interruptedIn(admin, "UpdateAccessKey", replacing);
        expect(replacing.screen.replaceAll(/\s+/g, " ")).to.contain(`Interrupted. ${then}`);
        expect((await rotate()).status).to.equal(0);
        await finished();
      });
    }

    it("goes on after a kill between making the key and storing it: that key, which nobody has, goes", async () => {
      const lost = await otherKey();
      await note({ old: await inProfile(), begun: admin.sandbox.clock.now().toISOString() });
      const { status, stderr } = await rotate();
      expect(status, stderr).to.equal(0);
      expect(user().accessKeys.map(({ accessKeyId }) => accessKeyId)).not.to.include(lost.accessKeyId);
      expect(keys()).to.eql(["Inactive", "Active"]);
      await finished();
    });

    it("goes on after a kill between storing the key and putting it in place", async () => {
      const [old, stored] = [await alice.profile("auth"), await otherKey()];
      await alice.writeAws("credentials", profileText("auth", old) + profileText("auth-new", stored));
      await note({ old: old.accessKeyId, begun: admin.sandbox.clock.now().toISOString() });
      const { status, stderr } = await rotate();
      expect(status, stderr).to.equal(0);
      expect(await inProfile()).to.equal(stored.accessKeyId);
      await finished();
    });

    it("goes on after a failure to deactivate the old key", async () => {
      admin.sandbox.injectFault({ action: "UpdateAccessKey", code: "ServiceFailure", status: 500, times: Infinity });
      expect((await rotate()).status).to.equal(1);
      expect(keys()).to.eql(["Active", "Active"]);
      admin.sandbox.clearFaults();
      expect((await rotate()).status).to.equal(0);
      expect(keys()).to.eql(["Inactive", "Active"]);
      await finished();
    });

    it("goes on after the answer with the new key was lost: that key, whose secret nobody has, goes", async () => {
      admin.sandbox.injectFault({ action: "CreateAccessKey", code: "lost", loseAnswer: true, times: 1 });
      const lost = await rotate();
      expect(lost.status).to.equal(1);
      expect(lost.stderr.replace(/\s+/g, " ")).to.contain("Run mfa-admin rotate-key again: it deletes that key first.");
      expect(keys()).to.eql(["Active", "Active"]);
      const { status, stderr } = await rotate();
      expect([status, keys()], stderr).to.eql([0, ["Inactive", "Active"]]);
      await finished();
    });

    it("knows that the old key is inactive where the answer to that was lost", async () => {
      admin.sandbox.injectFault({ action: "UpdateAccessKey", code: "lost", loseAnswer: true, times: 1 });
      const { status, stdout, stderr } = await rotate();
      expect([status, keys()], stderr).to.eql([0, ["Inactive", "Active"]]);
      expect(stdout).to.match(/The old key AKIA\w+ is inactive\./);
      await finished();
    });

    it("leaves another computer's key alone, names it, and changes nothing", async () => {
      const [other, file] = [await otherKey(), await alice.readAws("credentials")];
      const from = admin.sandbox.requests.length;
      const { status, stderr } = await rotate();
      expect(status).to.equal(1);
      expect(stderr).to.contain(`You have a second access key already, ${other.accessKeyId} (active, made`);
      expect(admin.changesSince(from)).to.eql([]);
      expect(await alice.readAws("credentials")).to.equal(file);
      await auth.iam.send(new DeleteAccessKeyCommand({ UserName: "alice", AccessKeyId: other.accessKeyId }));
    });

    it("refuses a key that stands in no file, and prints no secret anywhere", async () => {
      const { accessKeyId, secretAccessKey } = await alice.profile("auth");
      const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      const { status, stderr } = await alice.runWith({ env }, "rotate-key", "123456");
      expect(status).to.equal(1);
      expect(stderr).to.contain("comes from the environment, where mfa-admin writes nothing");
      for (const { secretAccessKey: secret } of user().accessKeys) expect(admin.printed).not.to.contain(secret);
    });

    if (accessKeys === "with-mfa") {
      it("asks for a code, and without a terminal says so before anything is changed", async () => {
        const { status, stderr } = await alice.run("rotate-key");
        expect(status).to.equal(1);
        expect(stderr).to.contain("Your organization wants MFA for access keys");
        expect((await alice.run("rotate-key", alice.wrongCode())).stderr).to.contain("AWS did not take the MFA code");
        expect(keys()).to.eql(["Active"]);
      });

      it("refuses a directory that its notes cannot be kept in before a code is spent", async () => {
        const [path, code, from] = [join(alice.home, "file"), alice.nextCode(), admin.sandbox.requests.length];
        await writeFile(path, "");
        const { status, stderr } = await alice.runWith({ env: { XDG_DATA_HOME: path } }, "rotate-key", code);
        expect(status).to.equal(1);
        expect(stderr).to.contain("or name another one in XDG_DATA_HOME.");
        const asked = admin.sandbox.requests.slice(from).map(({ action }) => action);
        expect(asked).not.to.include("GetSessionToken");
      });
    }
  });
}
