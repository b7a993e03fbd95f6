import { UpdateRoleCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parse } from "yaml";

import type { History } from "../../cli/results/history.ts";
import { administratorOf } from "../sandbox/testing.ts";
import { expectComplete } from "../support/expectations.ts";
import { Administrator, initFlags, type Result, type RunOptions } from "../support/harness.ts";
import { PulumiCloud } from "../support/pulumi-cloud.ts";

describe("Pulumi Cloud", () => {
  let cloud: PulumiCloud;
  let admin: Administrator;

  const runWith = ({ env, ...options }: RunOptions, ...args: string[]): Promise<Result> =>
    admin.runWith({ ...options, env: { ...cloud.environment(), ...env } }, ...args);
  const run = (...args: string[]): Promise<Result> => runWith({}, ...args);
  const init = (): Promise<Result> => run("init", ...initFlags(admin.sandbox), "--backend", cloud.url);

  /** Runs a command, which has to succeed. @returns stdout */
  async function succeed(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await run(...args);
    expect(status, `mfa-admin ${args.join(" ")}:\n${stderr}`).to.equal(0);
    return stdout;
  }

  const projectFile = async (): Promise<unknown> =>
    parse(await readFile(join(admin.directory, "Pulumi.yaml"), "utf8")) as unknown;

  /** Runs `up` with alice on the roster, and sends it a signal while the service holds back the answer to a checkpoint. */
  async function killedUp(signal: NodeJS.Signals): Promise<Result> {
    await admin.editSettings((text) => text.replace("developers: {}", "developers:\n    alice: {}"));
    const held = cloud.hold(/^PATCH .*checkpoint$/);
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      while (!held.isWaiting()) await setTimeout(5);
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    };
    const result = await runWith({ meanwhile }, "up", "--yes");
    held.release();
    return result;
  }

  describe("with a stack that is used for long", () => {
    let initialized: () => Promise<void>;
    let made: () => Promise<void>;

    const save = async (): Promise<() => Promise<void>> => {
      const [stacks, project] = [cloud.save(), await admin.save()];
      return () => {
        stacks();
        return project();
      };
    };

    before(async () => {
      cloud = await PulumiCloud.start();
      admin = await Administrator.withoutProject();
      await init();
      initialized = await save();
      await succeed("add-developer", "alice", "--yes");
      made = await save();
    });
    after(async () => {
      cloud.close();
      await admin.close();
    });

    it("is looked at for drift without being changed", async () => {
      await made();
      const payments = await administratorOf(admin.sandbox, "444444444444");
      await payments.iam.send(new UpdateRoleCommand({ RoleName: "developer-alice", MaxSessionDuration: 3600 }));
      const before = cloud.stored("mfa-admin/main");
      const { status, stdout } = await run("refresh", "--preview-only", "--exit-code");
      expect(status).to.equal(2);
      expect(stdout)
        .to.match(/^Found in AWS: 1 role changed\./)
        .and.contain("payments  role developer-alice");
      expect(cloud.stored("mfa-admin/main")).to.eql(before);
    });

    it("tells its history, and doctor that no run holds it and that older versions are kept", async () => {
      await made();
      const { rows } = JSON.parse(await succeed("history", "--json")) as History;
      expect(rows.map(({ source, who, what, adds }) => ({ source, who, what, adds }))).to.eql([
        { source: "state", who: "administrator", what: "up", adds: ["alice"] },
      ]);
      const stdout = await succeed("doctor");
      expect(stdout)
        .to.contain("No run holds the state.")
        .and.contain("No run has died in the middle of a change.")
        .and.contain("The server keeps older versions of the state.");
    });

    it("guards an edit that removes too many, by what the service has", async () => {
      await initialized();
      await succeed("add-developer", "alice", "bob", "carol", "dave", "--yes");
      await admin.editSettings((text) => text.replace(/developers:\n(?: {4}.*\n?)*/, "developers: {}\n"));
      const { status, stderr } = await run("up", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("This removes 4 of 4 developers, more than the 3 that one edit may remove.");
      expect(await succeed("list", "--roster")).to.be.a("string");
    });

    it("excludes a second run, which waits for the first with --lock-timeout", async () => {
      await initialized();
      await admin.editSettings((text) => text.replace("developers: {}", "developers:\n    alice: {}"));
      const held = cloud.hold(/^PATCH .*checkpoint$/);
      const results: Result[] = [];
      const untilItWaits = async ({ stderr }: ChildProcess): Promise<void> => {
        const told: string[] = [];
        stderr?.on("data", (data: Buffer) => told.push(data.toString()));
        while (!told.join("").includes("Waiting for it to end.")) await setTimeout(5);
        held.release();
      };
      const meanwhile = async (): Promise<void> => {
        while (!held.isWaiting()) await setTimeout(5);
        results.push(await run("up", "--yes"));
        results.push(await runWith({ meanwhile: untilItWaits }, "up", "--yes", "--lock-timeout", "2m"));
      };
      let finished: Promise<void> | undefined;
      const first = await runWith({ meanwhile: () => (finished = meanwhile()) }, "up", "--yes");
      await finished;
      const [refused, waited] = results;
      expect(first.status).to.equal(0);
      expect({ status: refused?.status, stderr: refused?.stderr }).to.eql({
        status: 1,
        stderr:
          'Error: The stack "acme/main" is locked by another run.\nWait for it to end. If it is no longer running, release the lock with mfa-admin cancel.\n',
      });
      expect(waited?.stderr).to.match(/^The stack "acme\/main" is locked by another run\. Waiting for it to end\.\n/);
      expect(waited?.status).to.equal(0);
      expect(waited?.stdout).to.match(/: 6 unchanged\.\n$/);
    });

    describe("after a run was killed", () => {
      let killed: () => Promise<void>;
      before(async () => {
        await initialized();
        await killedUp("SIGKILL");
        killed = await save();
      });
      beforeEach(() => killed());

      /** Asserts that the state has no pending operation, and that AWS has the whole stack. */
      async function expectFinished(): Promise<void> {
        expect(cloud.stacks()).to.eql({ "mfa-admin/main": 14 });
        expect(cloud.stored("mfa-admin/main")).not.to.contain("pending_operations");
        await expectComplete(admin);
      }

      it("is released by cancel, and the next up finishes", async () => {
        expect((await run("up", "--yes")).stderr).to.match(/^Error: The stack "acme\/main" is locked by another run\./);
        expect(await succeed("doctor")).to.contain(`Another run holds the state: as ${cloud.url} says.`);
        expect(await succeed("cancel", "--yes")).to.match(
          /^The lock of the stack "acme\/main" is released\. Run mfa-admin up/,
        );
        await succeed("up", "--yes");
        await expectFinished();
        expect(await succeed("up", "--yes")).to.match(/: 6 unchanged\.\n$/);
      });

      it("is free by itself once the lease of that run is over", async () => {
        cloud.expireLeases();
        await succeed("up", "--yes");
        await expectFinished();
      });
    });

    it("previews the roster alone where a CI hands over no token, as to a pull request of Dependabot", async () => {
      await initialized();
      await writeFile(join(admin.directory, "base.yaml"), await admin.settings());
      const env = { CI: "true", PULUMI_ACCESS_TOKEN: "", PULUMI_CREDENTIALS_PATH: join(admin.directory, "none") };
      const { status, stdout, stderr } = await runWith({ env }, "preview", "--base-file", "base.yaml");
      expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
      expect(stdout).to.match(/^This is the roster alone\. .*no login where the state is kept/);
    });

    it("is not moved to the same server by another name, and stays as it is", async () => {
      await made();
      const files = await admin.files();
      const { stderr } = await run("state", "move", "--to", `${cloud.url}/`, "--yes");
      expect(stderr).to.contain(
        `Error: The state is kept in ${cloud.url} already, and ${cloud.url}/ is the same place.\n`,
      );
      // An alias of the server is noticed only when the old state is renamed: the new one is renamed with it.
      const alias = cloud.url.replace("127.0.0.1", "localhost");
      const aliased = await run("state", "move", "--to", alias, "--yes");
      expect({ status: aliased.status, stderr: aliased.stderr }).to.eql({
        status: 1,
        stderr: `Error: ${alias} is the place in which the state is kept already, by another name.\nThe state is where it was. Name another place in --to.\n`,
      });
      expect(cloud.stacks()).to.eql({ "mfa-admin/main": 14 });
      expect(cloud.calls.filter((call) => call.startsWith("DELETE"))).to.eql([]);
      expect(await admin.files()).to.eql(files);
      expect(await succeed("up", "--yes")).to.match(/: 6 unchanged\.\n$/);
    });

    it("is not moved away while an up holds its lease", async () => {
      await made();
      await admin.editSettings((text) => text.replace("alice: {}", "alice: {}\n    bob: {}"));
      const files = await admin.files();
      const passphrase = { PULUMI_CONFIG_PASSPHRASE: "a passphrase" };
      const held = cloud.hold(/^PATCH .*checkpoint$/);
      let refused: Result | undefined;
      const meanwhile = async (): Promise<void> => {
        while (!held.isWaiting()) await setTimeout(5);
        refused = await runWith({ env: passphrase }, "state", "move", "--to", "file://./new", "--yes");
        held.release();
      };
      expect((await runWith({ meanwhile }, "up", "--yes")).status).to.equal(0);
      expect(refused?.stderr).to.match(/^Error: The stack "acme\/main" is locked by another run\.\n/);
      expect(await admin.files()).to.eql(files);
      expect(Object.keys(cloud.stacks())).to.eql(["mfa-admin/main"]);
    });
  });

  describe("as a place for a state", () => {
    beforeEach(async () => {
      cloud = await PulumiCloud.start();
      admin = await Administrator.withoutProject();
    });
    afterEach(async () => {
      cloud.close();
      await admin.close();
    });

    it("is made by init, with the service's own secrets, and every command works on it without a passphrase", async () => {
      const { status, stdout, stderr } = await init();
      expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
      expect(stdout).to.contain(
        `  State     ${cloud.url}, in the organization acme\n            Everybody whom the Pulumi organization lets in`,
      );
      expect(Object.keys(parse(await admin.settings()) as object)).not.to.include.members(["encryptionsalt"]);
      expect(cloud.stacks()).to.eql({ "mfa-admin/main": 0 });
      await succeed("add-developer", "alice", "--yes");
      expect(cloud.stacks()).to.eql({ "mfa-admin/main": 14 });
      expect(cloud.stored("mfa-admin/main")).to.contain('"type":"service"').and.not.contain('"plaintext"');
      expect(await succeed("up", "--yes")).to.match(/: 6 unchanged\.\n$/);
      expect(await succeed("preview", "--exit-code")).to.match(/^Nothing to do/);
      expect(await succeed("outputs")).to.contain("alice");
      expect(await succeed("refresh", "--preview-only", "--exit-code")).to.match(/^Nothing has drifted/);
      expect(await succeed("refresh", "--yes", "--exit-code")).to.match(/^Nothing has drifted/);
      await succeed("remove-developer", "alice", "--yes");
      await succeed("destroy", "--yes");
      expect(cloud.stored("mfa-admin/main")).not.to.contain("aws-native:iam");
    });

    it("is in the organization that init was told, which is kept for whoever comes next and has another default", async () => {
      const { status, stdout, stderr } = await run(
        "init",
        ...initFlags(admin.sandbox).map((flag) => (flag === "main" ? "globex/main" : flag)),
        ...["--backend", cloud.url],
      );
      expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
      expect(stdout).to.contain(`  State     ${cloud.url}, in the organization globex\n`);
      expect(await projectFile()).to.have.property("organization", "globex");
      await succeed("add-developer", "alice", "--yes");
      expect(cloud.stacks()).to.eql({ "globex/mfa-admin/main": 14 });

      const env = cloud.person("dana", "acme");
      for (const args of [
        ["preview", "--exit-code"],
        ["outputs", "--stack", "globex/main"],
        ["up", "--yes", "--stack", "globex/mfa-admin/main"],
      ]) {
        const result = await runWith({ env }, ...args);
        expect(result.status, `${args.join(" ")}: ${result.stderr}`).to.equal(0);
      }
      expect(cloud.stacks()).to.eql({ "globex/mfa-admin/main": 14 });
      const elsewhere = await run("up", "--yes", "--stack", "acme/main");
      expect(elsewhere.stderr).to.equal(
        `Error: There is no state of the stack "main" in ${cloud.url}, in the organization acme.\nName the organization that has it: --stack ORGANIZATION/main, or for good by a line "organization: ORGANIZATION" in Pulumi.yaml.\n`,
      );

      // A state in a directory belongs to no organization.
      const passphrase = { ...env, PULUMI_CONFIG_PASSPHRASE: "a passphrase" };
      const away = await runWith(
        { env: passphrase },
        "state",
        "move",
        "--to",
        "file://./new",
        "--secrets-provider",
        "passphrase",
        "--yes",
      );
      expect({ status: away.status, stderr: away.stderr }).to.eql({ status: 0, stderr: "" });
      expect(Object.keys(cloud.stacks())[0]).to.match(/^globex\/mfa-admin\/main-moved-/);
      expect(await projectFile()).not.to.have.property("organization");
      const refused = await runWith({ env: passphrase }, "up", "--yes", "--stack", "globex/main");
      expect(refused.stderr).to.match(
        /^Error: The state is kept in file:\/\/\.\/new, which knows no organization globex\./,
      );
    });

    it("is in the organization that is chosen from a list, on a terminal", async () => {
      const terminal = admin.terminalWith(
        { env: { ...cloud.environment(), ...cloud.person("dana", "globex") } },
        "init",
        ...initFlags(admin.sandbox),
        "--backend",
        cloud.url,
      );
      await terminal.waitFor("Which organization is to have the stack?");
      await terminal.waitFor("globex");
      terminal.enter();
      await terminal.waitFor("in the organization globex");
      expect(await terminal.ended()).to.equal(0);
      expect(cloud.stacks()).to.eql({ "globex/mfa-admin/main": 0 });
    });

    it("is a place that a state can be moved to, and away from, with nothing lost", async () => {
      await admin.close();
      admin = await Administrator.withStack({ developers: ["alice"] });
      const before = await admin.files();
      const passphrase = { env: { PULUMI_CONFIG_PASSPHRASE: admin.environment()["PULUMI_CONFIG_PASSPHRASE"] } };
      const stacks = join(admin.stateDirectory, ".pulumi", "stacks", "mfa-admin");

      // A move that fails in the middle leaves everything as it was.
      cloud.refuse(/^POST .*\/import$/);
      const broken = await runWith(passphrase, "state", "move", "--to", cloud.url, "--yes");
      expect(broken.status).to.equal(1);
      expect(broken.stderr).to.contain("the stand-in was told to refuse this");
      expect(await admin.files()).to.eql(before);
      expect(cloud.stacks()).to.eql({});
      expect(await readdir(stacks)).to.include("main.json");
      cloud.refuse();

      const moved = await runWith(passphrase, "state", "move", "--to", cloud.url, "--yes");
      expect({ status: moved.status, stderr: moved.stderr }).to.eql({ status: 0, stderr: "" });
      expect(moved.stdout).to.contain("14 resources, compared one by one.");
      expect(cloud.stacks()).to.eql({ "mfa-admin/main": 14 });
      expect(await projectFile()).to.have.property("organization", "acme");
      expect((await runWith(passphrase, "up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);

      const back = await runWith(passphrase, "state", "move", "--to", "file://./back", "--yes");
      expect({ status: back.status, stderr: back.stderr }).to.eql({ status: 0, stderr: "" });
      expect(Object.keys(cloud.stacks())[0]).to.match(/^mfa-admin\/main-moved-\d{8}T\d{6}$/);
      expect((await runWith(passphrase, "up", "--yes")).stdout).to.match(/: 6 unchanged\.\n$/);
    });

    it("is moved to another server by way of a directory, and the server's own secrets keep it there", async () => {
      await init();
      await succeed("add-developer", "alice", "--yes");
      const other = await PulumiCloud.start(cloud.token);
      try {
        // Pulumi only tells servers apart whose names begin with api., as those of real ones do.
        const refused = await run("state", "move", "--to", other.url, "--yes");
        expect(refused.stderr).to.equal(
          `Error: Pulumi cannot tell the server ${cloud.url} from ${other.url}.\nMove the state to a directory first (--to file://./on-the-way --secrets-provider passphrase), and from there to the server (--secrets-provider default).\n`,
        );
        const env = { PULUMI_CONFIG_PASSPHRASE: "a passphrase" };
        const byPassphrase = ["--to", "file://./on-the-way", "--secrets-provider", "passphrase"];
        expect((await runWith({ env }, "state", "move", ...byPassphrase, "--yes")).stderr).to.equal("");
        const byServer = ["--to", other.url, "--secrets-provider", "default"];
        expect((await runWith({ env }, "state", "move", ...byServer, "--yes")).stderr).to.equal("");
        expect(other.stacks()).to.eql({ "mfa-admin/main": 14 });
        expect(Object.keys(cloud.stacks())[0]).to.match(/^mfa-admin\/main-moved-/);
        expect(other.stored("mfa-admin/main")).to.contain(other.url).and.not.to.contain(cloud.url);
        cloud.close();
        expect(await succeed("up", "--yes")).to.match(/: 6 unchanged\.\n$/);
      } finally {
        other.close();
      }
    });

    it("says what is missing where nobody is logged in, the token is wrong, or nobody answers", async () => {
      await init();
      const said = async (env: Record<string, string | undefined>): Promise<string> => {
        const { status, stderr } = await runWith(
          { env: { PULUMI_CREDENTIALS_PATH: join(admin.directory, "none"), ...env } },
          "up",
          "--yes",
        );
        expect(status).to.equal(1);
        return stderr;
      };
      expect(await said({ PULUMI_ACCESS_TOKEN: undefined })).to.match(
        /^Error: The state is kept at http\S+, and nobody is logged in there\.\nRun pulumi login, or set PULUMI_ACCESS_TOKEN\.\n$/,
      );
      expect(await said({ PULUMI_ACCESS_TOKEN: "pul-wrong" })).to.match(
        /^Error: \S+ does not accept this access token\.\n/,
      );
      cloud.close();
      expect(await said({})).to.match(/^Error: \S+, where the state is kept, does not answer: .*\n/);
    });
  });
});
