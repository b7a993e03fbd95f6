import { expect } from "chai";
import { type ChildProcess, execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

import { installedPulumiRoot } from "../../toolchain/cache.js";
import { StateCloud } from "./cloud.ts";
import { Administrator, type Result, type RunOptions } from "./harness.ts";

describe("a state move that was broken off", () => {
  let cloud: StateCloud;
  let admin: Administrator;

  before(async () => {
    cloud = await StateCloud.start();
  });
  after(() => {
    cloud.close();
  });
  beforeEach(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
    await admin.succeed("up", "--yes");
  });
  afterEach(() => admin.close());

  const runWith = ({ env, ...options }: RunOptions, ...args: string[]): Promise<Result> =>
    admin.runWith({ ...options, env: { ...cloud.environment(), ...env } }, ...args);
  const run = (...args: string[]): Promise<Result> => runWith({}, ...args);
  const move = (to: string, ...flags: string[]): Promise<Result> => run("state", "move", "--to", to, ...flags, "--yes");
  const projectFile = (): string => join(admin.directory, "Pulumi.yaml");
  const addBob = (): Promise<void> => admin.editSettings((text) => text.replace("alice: {}", "alice: {}\n    bob: {}"));

  async function stacksHere(): Promise<string[]> {
    const names = await readdir(join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin"));
    return names.filter((name) => name.endsWith(".json")).map((name) => name.replace(".json", ""));
  }

  async function pulumi(...args: string[]): Promise<void> {
    const command = join(installedPulumiRoot() ?? "", "bin", "pulumi");
    const options = { cwd: admin.directory, env: admin.environment(cloud.environment()) };
    await promisify(execFile)(command, args, options);
  }

  async function expectInUse(count: number): Promise<void> {
    const { stdout, stderr } = await run("up", "--yes");
    expect(stdout, stderr).to.match(new RegExp(`: ${count} unchanged\\.\\n$`));
  }

  /** Has to be refused, and to leave the state in use at its old place, and no copy at the new one. */
  async function expectPutBack({ status, stderr }: Result, bucket: string, count: number): Promise<string> {
    expect(status).to.equal(1);
    expect((await cloud.keys(bucket)).filter((key) => key.endsWith("main.json"))).to.eql([]);
    await expectInUse(count);
    return stderr;
  }

  it("before it renamed the old state is begun anew, though the old state has been changed since", async () => {
    const url = await cloud.bucket("killed-early");
    const before = await readFile(projectFile(), "utf8");
    expect((await move(url)).status).to.equal(0);
    const [kept = ""] = await stacksHere();
    await writeFile(projectFile(), before);
    await pulumi("stack", "rename", "main", "--stack", kept);
    // Reorders what it finds unchanged.
    await expectInUse(6);
    await addBob();
    expect((await run("up", "--yes")).status).to.equal(0);
    const { status, stderr } = await move(url);
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    expect(await readFile(projectFile(), "utf8")).to.contain(url);
    await expectInUse(9);
  });

  it("after it renamed the old state is gone on with by the same command, and nothing else can be done meanwhile", async () => {
    const [url, key] = [await cloud.bucket("killed-late"), await cloud.key("killed-late")];
    const before = { project: await readFile(projectFile(), "utf8"), settings: await admin.settings() };
    const flags = ["--secrets-provider", key];
    expect((await move(url, ...flags)).status).to.equal(0);
    const after = { project: await readFile(projectFile(), "utf8"), settings: await admin.settings() };
    const [kept = ""] = await stacksHere();

    await writeFile(projectFile(), before.project);
    await writeFile(admin.settingsFile, before.settings);
    const movedAway = `Error: The state of the stack "main" was moved away from file://./.mfa-admin/state, where the old one is kept as "${kept}".\n`;
    expect((await run("up", "--yes")).stderr)
      .to.contain(movedAway)
      .and.contain("run the same mfa-admin state move again");
    expect((await move(await cloud.bucket("killed-elsewhere"))).stderr).to.contain(movedAway);
    const { status, stdout, stderr } = await move(url, ...flags);
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    expect(stdout).to.contain(
      `14 resources, compared one by one.\n  The old one is kept in file://./.mfa-admin/state as the stack "${kept}"`,
    );
    expect({ project: await readFile(projectFile(), "utf8"), settings: await admin.settings() }).to.eql(after);

    // Killed between the two files: nobody is asked for the old passphrase any more.
    await writeFile(projectFile(), before.project);
    const withoutPassphrase = { env: { PULUMI_CONFIG_PASSPHRASE: undefined } };
    expect((await runWith(withoutPassphrase, "state", "move", "--to", url, ...flags, "--yes")).status).to.equal(0);
    expect((await runWith(withoutPassphrase, "up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
  });

  it("by an up that gets in before the old state is renamed leaves everything where it was", async () => {
    expect((await move(await cloud.bucket("gap"))).status).to.equal(0);
    const to = await cloud.bucket("behind-gap");
    const text = await readFile(projectFile(), "utf8");
    await addBob();
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
      // As a terminal does, to all that runs on it.
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
    const locks = join(".pulumi", "locks", "organization", "mfa-admin", "main");
    const name = "0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json";
    const url = await cloud.bucket("left-locked");
    const holder = { pid: 4711, username: "dana", hostname: "laptop", timestamp: "2030-01-02T03:04:05Z" };
    await cloud.write("left-locked", `${locks}/${name}`, JSON.stringify(holder));
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
    await mkdir(join(directory, locks), { recursive: true });
    // Linux gives no process such a number.
    const dead = { ...holder, pid: 2 ** 22 + 1, hostname: hostname() };
    await writeFile(join(directory, locks, name), JSON.stringify(dead));
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
