import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import type { StateCloud } from "../support/cloud.ts";
import type { Administrator, Result, RunOptions } from "../support/harness.ts";
import { locksOfMain } from "../support/state-lock.ts";
import { StateStage } from "../support/state-stage.ts";

describe("a state move that was broken off", () => {
  let stage: StateStage;
  let cloud: StateCloud;
  let admin: Administrator;

  before(async () => {
    stage = await StateStage.open();
    ({ cloud } = stage);
  });
  after(() => stage.close());
  beforeEach(async () => {
    await stage.reset();
    ({ admin } = stage);
  });

  const runWith = (options: RunOptions, ...args: string[]): Promise<Result> => stage.runWith(options, ...args);
  const run = (...args: string[]): Promise<Result> => runWith({}, ...args);
  const move = (to: string, ...flags: string[]): Promise<Result> => run("state", "move", "--to", to, ...flags, "--yes");
  const projectFile = (): string => join(admin.directory, "Pulumi.yaml");

  async function expectInUse(count: number): Promise<void> {
    const { stdout, stderr } = await run("up", "--yes");
    expect(stdout, stderr).to.match(new RegExp(`: ${count} unchanged\\.\\n$`));
  }

  /** Expects that a move is refused, and leaves the state in use at its old place, and no copy at the new one. */
  async function expectPutBack({ status, stderr }: Result, bucket: string, count: number): Promise<string> {
    expect(status).to.equal(1);
    expect((await cloud.keys(bucket)).filter((key) => key.endsWith("main.json"))).to.eql([]);
    await expectInUse(count);
    return stderr;
  }

  it("by a kill is refused from then on, with the commands that clear what was left, and can be made again", async () => {
    const [url, key] = [await cloud.bucket("killed"), await cloud.key("killed")];
    const before = await readFile(projectFile(), "utf8");
    const flags = ["--secrets-provider", key];
    expect((await move(url, ...flags)).status).to.equal(0);
    const [kept = ""] = await stage.stacksHere();
    // The move was killed between the two files: the settings name the key already.
    await writeFile(projectFile(), before);
    for (const refused of [await run("up", "--yes"), await move(url, ...flags)]) {
      expect(refused.stderr).to.contain(
        `Error: The state of the stack "main" was moved away from file://./.mfa-admin/state, where the old one is kept as "${kept}".\n`,
      );
      expect(refused.status).to.equal(1);
    }
    await stage.shell(commandIn(await move(url, ...flags)));
    expect(await stage.stacksHere()).to.eql(["main"]);
    const { status, stderr } = await move(url, ...flags);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^Error: In s3:\S+ there is a copy of this state that nobody has used, /);
    // The state goes on at its old place, and then to the new one.
    await expectInUse(6);
    await stage.shell(commandIn(await move(url, ...flags)));
    expect((await move(url, ...flags)).stderr).to.equal("");
    await expectInUse(6);
  });

  /** The command that a refusal tells at its end. */
  function commandIn({ stderr }: Result): string {
    const [, command = ""] = /: ((?:PULUMI_BACKEND_URL='\S+' )?pulumi stack .*)\n$/.exec(stderr) ?? [];
    expect(command, stderr).not.to.equal("");
    return command;
  }

  it("by an up that gets in before the old state is renamed leaves everything where it was", async () => {
    expect((await move(await cloud.bucket("gap"))).status).to.equal(0);
    const to = await cloud.bucket("behind-gap");
    const text = await readFile(projectFile(), "utf8");
    await stage.admin.editSettings((text) => text.replace("alice: {}", "alice: {}\n    bob: {}"));
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      const locked = async (): Promise<boolean> => (await cloud.keys("gap")).some((name) => name.includes("/locks/"));
      while (!(await locked())) await setTimeout(10);
      // The next lock at the old place is that of the renaming.
      const renaming = cloud.hold(/\/gap\/.*\/locks\//);
      while (!renaming.isWaiting()) if (child.exitCode === null) await setTimeout(10);
      cloud.hold(/no such key/);
      expect((await run("up", "--yes")).status).to.equal(0);
      renaming.release();
    };
    const result = await runWith({ meanwhile }, "state", "move", "--to", to, "--yes");
    expect(await expectPutBack(result, "behind-gap", 9)).to.equal(
      'Error: Another run has changed the state of the stack "main" while it was moved.\nThe state is where it was. Run mfa-admin state move again.\n',
    );
    expect(await readFile(projectFile(), "utf8")).to.equal(text);
  });

  it("by Ctrl-C when the old state is being renamed is not broken off any more", async () => {
    expect((await move(await cloud.bucket("last-steps"))).status).to.equal(0);
    const renaming = cloud.hold(/main-moved-/);
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (!renaming.isWaiting()) await setTimeout(10);
      // The signal goes to the whole process group, as from a terminal.
      process.kill(-(child.pid ?? 0), "SIGINT");
      await setTimeout(200);
      renaming.release();
    };
    const { status, stderr } = await runWith({ meanwhile }, "state", "move", "--to", "file://./back", "--yes");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "The move is at its last steps, and goes on.\n" });
    expect((await cloud.keys("last-steps")).filter((key) => key.endsWith("/main.json"))).to.eql([]);
    await expectInUse(6);
  });

  it("by Ctrl-C on a terminal while the copy is written leaves no lock at the new place", async () => {
    const url = await cloud.bucket("no-lock");
    const writing = cloud.hold(/\/no-lock\/.*\/locks\//);
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (!writing.isWaiting()) await setTimeout(10);
      process.kill(-(child.pid ?? 0), "SIGINT");
      await setTimeout(200);
      writing.release();
    };
    const result = await runWith({ meanwhile }, "state", "move", "--to", url, "--yes");
    expect(await expectPutBack(result, "no-lock", 6)).to.match(/^Error: Interrupted\. The state is where it was/);
    expect((await cloud.keys("no-lock")).filter((key) => key.includes("/locks/"))).to.eql([]);
  });

  it("by a kill leaves locks that are released in a directory, and in S3 by the command that is told", async () => {
    const name = "0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json";
    const url = await cloud.bucket("left-locked");
    const holder = { pid: 4711, username: "dana", hostname: "laptop", timestamp: "2030-01-02T03:04:05Z" };
    await cloud.write("left-locked", `${locksOfMain}/${name}`, JSON.stringify(holder));
    const { status, stderr } = await move(url);
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr: `Error: The stack "main" in ${url} is locked by another run: dana@laptop, process 4711, since 2030-01-02T03:04:05Z.\nIf that run, or the move that made it, is no longer running, release the lock: PULUMI_BACKEND_URL='${url}' mfa-admin cancel --stack main\n`,
    });
    // No passphrase is needed for that.
    const told = { PULUMI_BACKEND_URL: url, PULUMI_CONFIG_PASSPHRASE: undefined };
    expect((await runWith({ env: told }, "cancel", "--stack", "main", "--yes")).status).to.equal(0);
    expect((await move(url)).status).to.equal(0);

    const directory = join(admin.directory, "elsewhere");
    await mkdir(join(directory, locksOfMain), { recursive: true });
    // Linux gives no process such a number.
    const dead = { ...holder, pid: 2 ** 22 + 1, hostname: hostname() };
    await writeFile(join(directory, locksOfMain, name), JSON.stringify(dead));
    const released = await move("file://./elsewhere");
    expect(released.stderr).to.match(/^Released the lock of a run that has ended without doing so: dana@/);
    expect(released.status).to.equal(0);
    await expectInUse(6);
  });

  it("is none where Pulumi.yaml has a backend without a URL", async () => {
    const text = (await readFile(projectFile(), "utf8")).replace(/backend:\n {2}url: .*\n/, "backend:\n");
    await writeFile(projectFile(), text);
    expect((await move("file://./elsewhere")).status).to.equal(0);
    expect(await readFile(projectFile(), "utf8")).to.match(/\nbackend:\n {2}url: file:\/\/\.\/elsewhere\n/);
    await expectInUse(6);
  });
});
