import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../toolchain/lock.js";

describe("lock", () => {
  let directory: string;
  let lock: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mfa-admin-lock-"));
    lock = join(directory, "lock");
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const leftBehind = (owner: { pid: number; host: string }) => {
    mkdirSync(lock);
    writeFileSync(join(lock, "1"), JSON.stringify(owner));
  };
  const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid;
  const taken = async () => {
    let waited = false;
    const wait = () => {
      waited = true;
    };
    return { result: await withLock(lock, wait, () => Promise.resolve("done")), waited };
  };

  const unexpected = () => {
    expect.fail("waited for a free lock");
  };

  it("is held by one process at a time, also when it starts with one that died holding it", async () => {
    leftBehind({ pid: deadPid(), host: hostname() });
    const counter = join(directory, "counter");
    writeFileSync(counter, "0");
    // The contender reads, pauses and writes: two at once would lose counts.
    const contender = `
      import { readFileSync, writeFileSync } from "node:fs";
      import { setTimeout as sleep } from "node:timers/promises";
      import { withLock } from ${JSON.stringify(new URL("../../toolchain/lock.js", import.meta.url).href)};
      for (let turn = 0; turn < 3; turn++) {
        await withLock(${JSON.stringify(lock)}, () => {}, async () => {
          const count = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
          await sleep(5);
          writeFileSync(${JSON.stringify(counter)}, String(count + 1));
        });
      }`;
    const contenders = Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", contender], { stdio: "inherit" });
      return new Promise((resolve) => child.on("close", resolve));
    });
    expect(await Promise.all(contenders)).to.deep.equal([0, 0, 0, 0, 0, 0]);
    expect(readFileSync(counter, "utf8")).to.equal("18");
    expect(readdirSync(lock)).to.have.lengthOf(1);
  });

  it("is free again when its holder has failed", async () => {
    const failure = await withLock(lock, unexpected, () => Promise.reject(new Error("no"))).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.an("error").with.property("message", "no");
    expect(await taken()).to.deep.equal({ result: "done", waited: false });
  });

  it("is free at once when its holder has died", async () => {
    leftBehind({ pid: deadPid(), host: hostname() });
    expect(await taken()).to.deep.equal({ result: "done", waited: false });
  });

  it("is free when it has long been abandoned, even if another process has the holder's number now", async () => {
    leftBehind({ pid: process.pid, host: hostname() });
    utimesSync(join(lock, "1"), new Date(), new Date(Date.now() - 60_000));
    expect(await taken()).to.deep.equal({ result: "done", waited: false });
  });

  it("is waited for when a container or another computer that shares the cache holds it", async () => {
    leftBehind({ pid: deadPid(), host: "elsewhere.example" });
    const release = () => {
      utimesSync(join(lock, "1"), new Date(0), new Date(0));
    };
    const result = await withLock(lock, release, () => Promise.resolve("done"));
    expect(result).to.equal("done");
  });
});
