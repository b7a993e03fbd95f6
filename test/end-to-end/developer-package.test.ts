import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { buildDeveloperPackage } from "../../toolchain/developer-package.js";
import type { Administrator } from "../support/harness.ts";
import { aliceAtWork, type Workstation } from "../support/workstation.ts";

describe("the developers' package", () => {
  let admin: Administrator;
  let alice: Workstation;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-developer-"));
    await buildDeveloperPackage(directory);
    ({ admin, alice } = await aliceAtWork());
  });
  after(async () => {
    await admin.close();
    await rm(directory, { recursive: true });
  });

  const run = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [join(directory, "run.js"), ...args], {
      cwd: alice.home,
      env: admin.environment(alice.environment()),
    });

  it("is small, and has a developer's commands alone", async () => {
    const sizes = await Promise.all(
      (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(8_000_000);
    const { stdout } = await run("--help");
    const commands = [...stdout.matchAll(/^ {2}(\w[\w-]+) {2,}/gm)].map(([, name]) => name);
    expect(commands).to.eql(["console", "credential-process", "enroll", "login", "logout", "rotate-key", "whoami"]);
  });

  it("does all that the commands do in the whole one", async () => {
    const { stdout } = await run("login", alice.nextCode(), "--account", "sandbox");
    expect(stdout).to.contain("Logged in to sandbox");
    expect((await run("whoami")).stdout).to.contain("Logged in   sandbox until");
    expect(JSON.parse((await run("credential-process", "--account", "sandbox")).stdout)).to.include({ Version: 1 });
    expect((await run("console")).stdout).to.contain("SigninToken=");
    const { stderr } = (await run("logn").catch((error: unknown) => error)) as { stderr: string };
    expect(stderr).to.contain("Did you mean mfa-admin login?");
    expect((await run("logout")).stdout).to.equal("Logged out: sandbox (profile dev).\n");
  });
});
