import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";

import { Administrator } from "../support/harness.ts";
import { lockDirectory } from "../support/state-lock.ts";

const holder = { pid: 4711, username: "dana", hostname: "ci-runner", timestamp: "2030-01-02T03:04:05.123456789Z" };

describe("cancel", () => {
  let admin: Administrator;
  let directory: string;

  before(async () => {
    admin = await Administrator.withProject({ passphrase: true });
    directory = lockDirectory(admin);
  });
  after(() => admin.close());

  describe("with nothing locked", () => {
    it("says so, as text and as JSON", async () => {
      expect(await admin.run("cancel")).to.eql({
        status: 0,
        stdout: 'The stack "main" is not locked.\n',
        stderr: "",
      });
      expect(await admin.json("cancel", "--yes")).to.eql({ status: 0, value: { stack: "main", released: [] } });
    });
  });

  describe("with a lock that is left over", () => {
    beforeEach(async () => {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "left-over.json"), JSON.stringify(holder));
    });
    afterEach(() => rm(directory, { recursive: true }));

    it("is refused without a terminal and without --yes", async () => {
      expect(await admin.run("cancel")).to.eql({
        status: 1,
        stdout: "",
        stderr: "Error: This has to be confirmed, and there is no terminal to ask on.\nAdd --yes.\n",
      });
      expect(await readdir(directory)).to.eql(["left-over.json"]);
    });

    it("asks on a terminal, and keeps the lock at a no", async () => {
      const terminal = admin.terminal("cancel");
      await terminal.waitFor('Release the lock of the stack "main"? No other run may be under way. (y/N)');
      terminal.enter("n");
      await terminal.waitFor("Nothing was changed.");
      expect(await terminal.ended()).to.equal(1);
      expect(await readdir(directory)).to.eql(["left-over.json"]);
    });

    it("releases it and tells whose it was", async () => {
      expect(await admin.json("cancel", "--yes")).to.eql({ status: 0, value: { stack: "main", released: [holder] } });
      expect(await readdir(directory)).to.eql([]);
    });
  });

  describe("with a lock whose file a power cut has left empty", () => {
    before(async () => {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "empty.json"), "");
    });
    after(() => rm(directory, { recursive: true }));

    it("is what an up asks for, and releases it, without a passphrase", async () => {
      const { status, stderr } = await admin.run("up", "--yes");
      expect({ status, stderr }).to.eql({
        status: 1,
        stderr:
          'Error: The stack "main" is locked by another run: somebody whose lock is empty or cut off.\nWait for it to end. If it is no longer running, release the lock with mfa-admin cancel.\n',
      });
      const released = await admin.runWith({ env: { PULUMI_CONFIG_PASSPHRASE: undefined } }, "cancel", "--yes");
      expect(released).to.eql({
        status: 0,
        stdout:
          'The lock of the stack "main" is released: somebody whose lock is empty or cut off. Run mfa-admin up to finish what was under way.\n',
        stderr: "",
      });
      expect(await readdir(directory)).to.eql([]);
    });
  });

  // Whether a process is a zombie can be told on Linux alone.
  if (process.platform === "linux") {
    it("is not needed for a run that was killed and that nobody has waited for, as in a container without an init", async () => {
      // The shell becomes a program that waits for no child. The child ends after that: the shell itself would wait for it.
      const parent = spawn("/bin/sh", ["-c", "cat <&3 & echo $!; exec sleep 60"], {
        stdio: ["ignore", "pipe", "ignore", "pipe"],
      });
      const [line] = (await once(parent.stdout ?? expect.fail(), "data")) as [Buffer];
      while ((await readFile(`/proc/${parent.pid ?? 0}/comm`, "utf8")) !== "sleep\n") await setTimeout(10);
      (parent.stdio[3] as Writable).end();
      const dead = { ...holder, pid: Number(line.toString()), hostname: hostname() };
      while (!(await readFile(`/proc/${dead.pid}/stat`, "utf8")).includes(") Z ")) await setTimeout(10);
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "left-over.json"), JSON.stringify(dead));
      const { status, stderr } = await admin.run("up", "--yes");
      parent.kill();
      expect(stderr).to.match(
        /^Released the lock of a run that has ended without doing so: dana@\S+, process \d+, since 2030-01-02T03:04:05Z\.\n/,
      );
      expect(status).to.equal(0);
    });
  }
});
