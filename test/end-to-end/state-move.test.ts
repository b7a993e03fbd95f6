import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parse } from "yaml";

import type { StateCloud } from "../support/cloud.ts";
import { type Administrator, initFlags, type Result, type RunOptions } from "../support/harness.ts";
import { lockDirectory } from "../support/state-lock.ts";
import { StateStage } from "../support/state-stage.ts";

describe("state move", () => {
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
  const read = (name: string): Promise<string> => stage.read(name);

  /** Asserts that the state is at its old place, whole and in use, and nowhere else. */
  async function expectUnmoved(files: Record<string, string>, bucket: string): Promise<void> {
    expect(await admin.files()).to.eql(files);
    expect(await stage.stacksHere()).to.eql(["main"]);
    expect((await cloud.keys(bucket)).filter((key) => key.endsWith("main.json"))).to.eql([]);
    expect((await run("up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
  }

  it("from a directory to S3 with KMS: up goes on there, without a passphrase, and the old place says so", async () => {
    const url = await cloud.bucket("moved");
    const key = await cloud.key("moved");
    await writeFile(
      join(admin.directory, "Pulumi.yaml"),
      (await read("Pulumi.yaml")).replace("name:", "# Ours.\nname:"),
    );
    const before = { yaml: await read("Pulumi.yaml"), settings: await read("Pulumi.main.yaml") };
    const { status, stdout, stderr } = await run("state", "move", "--to", url, "--secrets-provider", key, "--yes");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    const [kept = ""] = await stage.stacksHere();
    expect(kept).to.match(/^main-moved-\d{8}T\d{6}$/);
    expect(stdout).to.equal(
      'The state of the stack "main" was moved: 14 resources, compared one by one.\n' +
        `  The old one is kept in file://./.mfa-admin/state as the stack "${kept}".\n` +
        `Next: commit ${admin.settingsFile} and ${join(admin.directory, "Pulumi.yaml")}, so that everybody uses the new place.\n`,
    );
    expect(await read("Pulumi.yaml")).to.equal(before.yaml.replace("file://./.mfa-admin/state", url));
    const keys = parse(await read("Pulumi.main.yaml")) as Record<string, unknown>;
    expect(keys).to.include({ secretsprovider: key }).and.to.have.property("encryptedkey").that.is.a("string");
    expect(keys).not.to.have.property("encryptionsalt");
    // The roster and its comments are as they were.
    const roster = (text: string): string[] => text.split("\n").filter((line) => /^(#| |config)/.test(line));
    expect(roster(await read("Pulumi.main.yaml"))).to.eql(roster(before.settings));

    const withoutPassphrase = { env: { PULUMI_CONFIG_PASSPHRASE: undefined } };
    expect((await runWith(withoutPassphrase, "up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
    expect(await cloud.keys("moved")).to.include(".pulumi/stacks/mfa-admin/main.json");

    // This clone does not have the move's commit yet.
    await writeFile(join(admin.directory, "Pulumi.yaml"), before.yaml);
    await writeFile(admin.settingsFile, before.settings);
    const stale = await run("up", "--yes");
    expect({ status: stale.status, stderr: stale.stderr }).to.eql({
      status: 1,
      stderr: `Error: The state of the stack "main" was moved away from file://./.mfa-admin/state, where the old one is kept as "${kept}".\nGet the Pulumi.yaml that names its new place (git pull). Only if a move was broken off here, and nobody uses that place yet, name it back, and move again: pulumi stack rename main --stack ${kept}\n`,
    });
  });

  it("from S3 back to a directory, and to a passphrase, every resource is there with its secrets", async () => {
    const [url, key] = [await cloud.bucket("back"), await cloud.key("back")];
    const exported = async (): Promise<unknown> => {
      const text = await stage.shell("pulumi stack export --show-secrets --stack main");
      return (JSON.parse(text) as { deployment: { resources: unknown } }).deployment.resources;
    };
    const original = await exported();
    expect(JSON.stringify(original)).to.contain('"plaintext"');
    expect((await run("state", "move", "--to", url, "--secrets-provider", key, "--yes")).status).to.equal(0);
    expect(await exported()).to.eql(original);
    const back = ["state", "move", "--to", "file://./elsewhere", "--secrets-provider", "passphrase", "--yes"];
    expect((await run(...back)).status).to.equal(0);
    expect(await exported()).to.eql(original);
    expect(existsSync(join(admin.directory, "elsewhere", ".pulumi", "stacks", "mfa-admin", "main.json"))).to.equal(
      true,
    );
    const keys = parse(await read("Pulumi.main.yaml")) as Record<string, unknown>;
    expect(keys).to.have.property("encryptionsalt");
    expect(keys).not.to.have.property("encryptedkey");
    expect((await admin.run("up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
  });

  it("takes along the values that are sealed in the settings, whatever keeps the secrets then", async () => {
    await stage.shell("pulumi config set --secret other:token hello --stack main");
    const [url, key] = [await cloud.bucket("sealed"), await cloud.key("sealed")];
    const { status, stderr } = await run("state", "move", "--to", url, "--secrets-provider", key, "--yes");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    expect(await stage.shell("unset PULUMI_CONFIG_PASSPHRASE; pulumi config get other:token --stack main")).to.equal(
      "hello\n",
    );
  });

  it("keeps the passphrase, when nothing else is said, and the settings to the letter", async () => {
    const settings = await admin.settings();
    const below = join(admin.directory, "below");
    await mkdir(below);
    await writeFile(join(below, "passphrase"), admin.environment()["PULUMI_CONFIG_PASSPHRASE"] ?? "");
    // The file's path is relative to the command's directory, which is not the one in which Pulumi runs.
    const env = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: "passphrase" };
    const moved = await runWith({ env, cwd: below }, "state", "move", "--to", "file://./new", "--yes");
    expect({ status: moved.status, stderr: moved.stderr }).to.eql({ status: 0, stderr: "" });
    expect(await admin.settings()).to.equal(settings);
    const wrong = await runWith({ env: { PULUMI_CONFIG_PASSPHRASE: "wrong" } }, "up", "--yes");
    expect(wrong.stderr).to.match(/^Error: The passphrase is not that of the stack "main"\./);
    const inUse = await runWith({ env, cwd: below }, "up", "--yes");
    expect(inUse.stdout, inUse.stderr).to.match(/: 6 unchanged\.\n$/);
  });

  it("takes every stack of the project along", async () => {
    const flags = initFlags(admin.sandbox).map((flag) => (flag === "main" ? "test" : flag));
    await writeFile(join(admin.directory, "Pulumi.test.yaml"), await admin.settings());
    const url = await cloud.bucket("two-stacks");
    expect((await run("state", "move", "--to", url, "--yes")).stderr).to.equal(
      'Error: There is no state of the stack "test" in file://./.mfa-admin/state.\nEvery stack of the project is moved. If this one is not used any more, delete Pulumi.test.yaml; else name the place of its state in Pulumi.yaml (backend: url).\n',
    );
    await rm(join(admin.directory, "Pulumi.test.yaml"));
    await admin.succeed("init", ...flags);
    const { stdout } = await run("state", "move", "--to", url, "--yes");
    expect(stdout)
      .to.contain('The state of the stack "main" was moved: 14 resources')
      .and.contain('"test" was moved: 0');
    expect(await cloud.keys("two-stacks")).to.include.members([
      ".pulumi/stacks/mfa-admin/main.json",
      ".pulumi/stacks/mfa-admin/test.json",
    ]);
    expect((await run("up", "--yes", "--stack", "main")).stdout).to.match(/: 6 unchanged\.\n$/);
  });

  it("is refused while a run is on, and nothing is moved", async () => {
    const url = await cloud.bucket("locked-out");
    const files = await admin.files();
    const file = join(lockDirectory(admin), "0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json");
    await mkdir(lockDirectory(admin), { recursive: true });
    const holder = { pid: 4711, username: "dana", hostname: "ci", timestamp: "2030-01-02T03:04:05Z" };
    await writeFile(file, JSON.stringify(holder));
    const { status, stderr } = await run("state", "move", "--to", url, "--yes");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        'Error: The stack "main" is locked by another run: dana@ci, process 4711, since 2030-01-02T03:04:05Z.\nWait for it to end. If it is no longer running, release the lock with mfa-admin cancel.\n',
    });
    await rm(file);
    await expectUnmoved(files, "locked-out");
  });

  it("is refused while a run that died has left changes to be finished", async () => {
    const url = await cloud.bucket("unfinished");
    await admin.unfinish("updating", "alice");
    const { status, stderr } = await run("state", "move", "--to", url, "--yes");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        'Error: A run of the stack "main" has died in the middle of its changes.\nRun mfa-admin up --stack main to finish them, then move the state.\n',
    });
    expect(await cloud.keys("unfinished")).to.eql([]);
    expect((await run("up", "--yes")).status).to.equal(0);
    expect((await run("state", "move", "--to", url, "--yes")).status).to.equal(0);
  });

  it("keeps other runs out while it moves, and after Ctrl-C leaves everything as it was", async () => {
    const url = await cloud.bucket("interrupted");
    const files = await admin.files();
    const held = cloud.hold(/main\.json/);
    let refused: Result | undefined;
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      const directory = lockDirectory(admin);
      while (!existsSync(directory) || (await readdir(directory)).length === 0) await setTimeout(5);
      refused = await run("up", "--yes");
      child.kill("SIGINT");
      await setTimeout(100);
      held.release();
    };
    const { status, stderr } = await runWith({ meanwhile }, "state", "move", "--to", url, "--yes");
    expect(refused?.stderr).to.match(/^Error: The stack "main" is locked by another run: /);
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        "Error: Interrupted. The state is where it was: file://./.mfa-admin/state.\nRun mfa-admin state move again.\n",
    });
    await expectUnmoved(files, "interrupted");
  });

  it("refuses a place that has this stack already, and says how it is told from a copy that was left", async () => {
    const url = await cloud.bucket("taken");
    const text = await readFile(join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin", "main.json"), "utf8");
    const said = async (there: string): Promise<string> => {
      await cloud.write("taken", ".pulumi/meta.yaml", "version: 1\n");
      await cloud.write("taken", ".pulumi/stacks/mfa-admin/main.json", there);
      const { status, stderr } = await run("state", "move", "--to", url, "--yes");
      expect(status).to.equal(1);
      return stderr;
    };
    const remove = `PULUMI_BACKEND_URL='${url}' pulumi stack rm main --yes --force --preserve-config\n`;
    expect(await said(text)).to.equal(
      `Error: ${url} is the place in which the state is kept already, by another name.\nThe state is where it was. Name another place in --to.\n`,
    );
    // The secrets are encrypted anew, as in a copy.
    expect(await said(text.replace(/("ciphertext": ?"v1:)./g, "$1A"))).to.equal(
      `Error: In ${url} there is a copy of this state that nobody has used, as a move that was broken off leaves it: "main".\nNothing was changed. Delete it, and move the state then: ${remove}`,
    );
    expect(await said(text.replaceAll(/"created": ?"\d+/g, '"created":"2001'))).to.equal(
      `Error: There is another state of the stack "main" in ${url} already.\nNothing was changed. Name another place; or look at that state, and if nobody needs it, delete it: ${remove}`,
    );
    expect(await said('{"version":3,"checkpoint":{"stack":"organization/mfa-admin/main"}}')).to.contain(
      `there is a stack without resources, as a move that was broken off leaves it: "main".\n`,
    );
    expect(await stage.stacksHere()).to.eql(["main"]);
  });

  it("refuses, before anything is made, a place that is none, the same place, and an environment that would win", async () => {
    const files = await admin.files();
    const said = async (to: string, env: Record<string, string> = {}): Promise<string> =>
      (await runWith({ env }, "state", "move", "--to", to, "--yes")).stderr;
    expect(await said("place")).to.match(/^Error: --to place: this is no place for a state\.\n/);
    expect(await said("file://./.mfa-admin/state")).to.equal(
      "Error: The state is kept in file://./.mfa-admin/state already.\nName another place in --to.\n",
    );
    expect(await said(`file://${admin.stateDirectory}/`)).to.equal(
      `Error: The state is kept in file://./.mfa-admin/state already, and file://${admin.stateDirectory}/ is the same place.\nName another place in --to. To write its URL in another way, edit Pulumi.yaml.\n`,
    );
    expect(await said(cloud.urlOf("no-such-bucket"))).to.match(/^Error: There is no S3 bucket no-such-bucket\.\n/);
    expect(await said("https://127.0.0.1:9")).to.match(
      /^Error: The state is kept at https:\/\/127\.0\.0\.1:9, and nobody is logged in there\.\n/,
    );
    expect(await said("file://./elsewhere", { PULUMI_BACKEND_URL: "file://./.mfa-admin/state" })).to.match(
      /^Error: PULUMI_BACKEND_URL names the place of the state/,
    );
    expect((await run("state", "move", "--to", "file://./elsewhere")).stderr).to.equal(
      "Error: This has to be confirmed, and there is no terminal to ask on.\nAdd --yes.\n",
    );
    expect(await admin.files()).to.eql(files);
    expect(await stage.stacksHere()).to.eql(["main"]);
  });

  it("leaves nothing behind in the temporary directory, and never puts the state there", async () => {
    const TMPDIR = await mkdtemp(join(tmpdir(), "mfa-admin-cli-"));
    const seen = new Set<string>();
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (child.exitCode === null) {
        // A directory may go while it is being listed.
        const names = await readdir(TMPDIR, { recursive: true }).catch(() => []);
        for (const name of names) seen.add(basename(name));
        await setTimeout(2);
      }
    };
    const url = await cloud.bucket("no-traces");
    const { status } = await runWith({ env: { TMPDIR }, meanwhile }, "state", "move", "--to", url, "--yes");
    expect(status).to.equal(0);
    const others = [...seen].filter(
      (name) => !/^(mfa-admin-move-\w+|Pulumi\.yaml|Pulumi\.main\.yaml(\.bak\.\d+)?)$/.test(name),
    );
    expect(others).to.eql([]);
    expect([...seen]).to.include("Pulumi.main.yaml");
    expect(await readdir(TMPDIR)).to.eql([]);
    await rm(TMPDIR, { recursive: true });
  });
});
