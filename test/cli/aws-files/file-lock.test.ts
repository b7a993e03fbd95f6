import { expect } from "chai";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { withFileLock } from "../../../cli/aws-files/file-lock.ts";

describe("a lock", () => {
  it("that somebody has taken over while this machine was asleep lets the work go on", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "mfa-admin-lock-")), "credentials");
    const done = await withFileLock(path, async () => {
      await rm(`${path}.lock`, { recursive: true });
      await mkdir(`${path}.lock`);
      // The wait is as long as the lock takes to be noticed.
      await setTimeout(6000);
      return "done";
    });
    expect(done).to.equal("done");
  });
});
