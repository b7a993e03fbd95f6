import { expect } from "chai";
import { type ChildProcess, execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { isolatedEnvironment } from "../../support/environment.ts";
import { Administrator } from "../../support/harness.ts";

const program = fileURLToPath(new URL("../../../bin/run.js", import.meta.url));

/** Makes a Node take itself for an old one; the newer one, which it starts, does not get these arguments. */
const node = ["--import", "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.0.0' });"];

describe("the CLI under an old Node, which starts it under the newer one of the checkout", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
  });
  after(() => admin.close());
  beforeEach(() => {
    admin.sandbox.setLatency(1500, "ResourceHandler");
  });

  /** Waits until AWS is asked to create something. */
  async function underWay(): Promise<void> {
    const from = admin.sandbox.requests.length;
    while (!admin.sandbox.requests.slice(from).some(({ action }) => action === "CreateResource")) await setTimeout(20);
  }

  it("passes arguments, output and status on", async () => {
    const { status, stdout } = await admin.runWith({ node }, "list", "--roster");
    expect({ status, stdout }).to.eql({ status: 0, stdout: "Developer  Accounts\nalice      sandbox, payments\n" });
    const { status: failed, stderr } = await admin.runWith({ node }, "frobnicate");
    expect({ failed, stderr: stderr.split("\n")[0] }).to.eql({
      failed: 1,
      stderr: 'Error: There is no command "frobnicate".',
    });
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`lets a run that gets ${signal} come to its end, and says how it went`, async () => {
      const meanwhile = async (child: ChildProcess): Promise<void> => {
        await underWay();
        child.kill(signal);
      };
      const { status, stderr } = await admin.runWith({ node, meanwhile }, "up", "--yes");
      expect(status).to.equal(1);
      expect(stderr).to.contain("Cancelling: what is under way is being finished.");
      expect(stderr).to.match(/Error: Cancelled after .*; the state knows what was done\.\n/);
    });
  }

  it("takes Ctrl-C on a terminal for one, not for two", async () => {
    const terminal = admin.terminalWith({ node }, "up", "--yes");
    await underWay();
    terminal.ctrlC();
    await terminal.waitFor("Cancelling: what is under way is being finished.");
    await terminal.waitFor("the state knows what was done.");
    expect(await terminal.ended()).to.equal(1);
  });

  it("ends by the signal that has ended the run", async () => {
    admin.sandbox.setLatency(60_000, "ListAccessKeys");
    const meanwhile = async (child: ChildProcess): Promise<void> => {
      const from = admin.sandbox.requests.length;
      while (admin.sandbox.requests.length === from) await setTimeout(20);
      child.kill("SIGHUP");
    };
    expect((await admin.runWith({ node, meanwhile }, "list")).status).to.equal(null);
  });
});

describe("the code that Node has compiled for the CLI", () => {
  it("is kept below the user's own caches, and compiled again where it can't be kept", async () => {
    const home = await mkdtemp(join(tmpdir(), "mfa-admin-home-"));
    const version = async (caches: string | undefined): Promise<string> => {
      const env = { ...isolatedEnvironment({ HOME: home, XDG_CACHE_HOME: caches }), TMPDIR: home };
      return (await promisify(execFile)(process.execPath, [program, "--version"], { env })).stdout;
    };
    try {
      expect(await version(undefined)).to.match(/^mfa-admin\/\d/);
      expect(await readdir(home)).to.eql([".cache"]);
      expect(await readdir(join(home, ".cache", "mfa-admin", "compiled"))).to.have.length(1);
      const file = join(home, "a file");
      await writeFile(file, "");
      expect(await version(file)).to.match(/^mfa-admin\/\d/);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

describe("the CLI for a user whom the password file does not have, as in a container", () => {
  const unknown = [
    "--import",
    `data:text/javascript,${encodeURIComponent(
      `import os from "node:os"; import { syncBuiltinESMExports } from "node:module";
       const home = os.homedir; const refuse = () => { throw new Error("uv_os_get_passwd returned ENOENT"); };
       os.userInfo = refuse; os.homedir = () => process.env.HOME ? home() : refuse(); syncBuiltinESMExports();`,
    )}`,
  ];
  const env = { HOME: undefined, SHELL: undefined, USER: undefined };

  it("helps, locks a stack and lets a developer know where the files would be", async () => {
    const admin = await Administrator.withProject({ developers: ["alice"] });
    try {
      const help = await admin.runWith({ node: unknown, env }, "--help");
      expect(help.stdout, help.stderr).to.contain("add-developer");
      const up = await admin.runWith({ node: unknown, env: { SHELL: undefined, USER: undefined } }, "up", "--yes");
      expect(up.status, up.stderr).to.equal(0);
      const who = await admin.runWith(
        { node: unknown, env: { ...env, AWS_ACCESS_KEY_ID: undefined, AWS_SHARED_CREDENTIALS_FILE: undefined } },
        "whoami",
      );
      expect(who.stderr).to.contain("No access key of yours was found");
    } finally {
      await admin.close();
    }
  });
});
