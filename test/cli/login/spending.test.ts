import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { UsedCodes } from "../../../cli/login/code.ts";
import { LoginMemory } from "../../../cli/login/memory.ts";
import { spending, WrongCode } from "../../../cli/login/sessions.ts";

describe("a code that AWS may have seen", () => {
  let directory: string;
  let memory: LoginMemory;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-codes-"));
    memory = new LoginMemory(directory, "AKIAEXAMPLE");
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Whether the code counts as used after a session was opened by it, or after an error. */
  async function isUsedAfter(failure?: Error): Promise<boolean> {
    const opened = await spending(memory, "123456", () =>
      failure === undefined ? Promise.resolve("a session") : Promise.reject(failure),
    ).catch((error: unknown) => error);
    expect(opened).to.equal(failure ?? "a session");
    return new UsedCodes(await memory.read()).has("123456");
  }

  it("is used up by whatever fails after it, such as an answer that did not come", async () => {
    expect(await isUsedAfter(new Error("socket hang up"))).to.equal(true);
  });

  it("is not used up where AWS says that it is wrong: another device's may be right", async () => {
    expect(await isUsedAfter(new WrongCode(new Error("MultiFactorAuthentication failed")))).to.equal(false);
  });
});
