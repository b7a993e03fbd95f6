import { expect } from "chai";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LoginMemory } from "../../../cli/login/memory.ts";

describe("what is remembered of a login", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-memory-"));
    await mkdir(join(directory, "logins"));
  });
  after(() => rm(directory, { recursive: true }));

  it("counts as nothing where the file holds something else, which costs a code and no more", async () => {
    for (const text of ["", "{", "null", "[]", "{}", '{"sessions":null}']) {
      await writeFile(join(directory, "logins", "AKIA1.json"), text);
      expect(await new LoginMemory(directory, "AKIA1").read(), text).to.eql({ sessions: {} });
    }
  });
});
