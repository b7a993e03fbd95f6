import { expect } from "chai";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Administrator } from "./harness.ts";

const holder = { pid: 4711, username: "dana", hostname: "ci-runner", timestamp: "2030-01-02T03:04:05Z" };

describe("cancel", () => {
  let admin: Administrator;
  let directory: string;

  before(async () => {
    admin = await Administrator.withProject();
    directory = join(admin.stateDirectory, ".pulumi", "locks", "organization", "mfa-admin", "main");
  });
  after(() => admin.close());

  describe("with nothing locked", () => {
    it("says so, as text and as JSON", async () => {
      expect(await admin.run("cancel", "--yes")).to.eql({
        status: 0,
        stdout: 'The stack "main" is not locked.\n',
        stderr: "",
      });
      expect(await admin.json("cancel", "--yes")).to.eql({ status: 0, value: { stack: "main", released: [] } });
    });
  });

  describe("with a lock that is left over", () => {
    beforeEach(async () => {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "left-over.json"), JSON.stringify(holder));
    });
    afterEach(() => rm(directory, { recursive: true }));

    it("is refused without a terminal and without --yes", async () => {
      expect(await admin.run("cancel")).to.eql({
        status: 1,
        stdout: "",
        stderr: "Error: This has to be confirmed, and there is no terminal to ask on.\nAdd --yes.\n",
      });
      expect(await readdir(directory)).to.eql(["left-over.json"]);
    });

    it("asks on a terminal, and keeps the lock at a no", async () => {
      const terminal = admin.terminal("cancel");
      await terminal.waitFor('Release the lock of the stack "main"? No other run may be under way. (y/N)');
      terminal.enter("n");
      await terminal.waitFor("Error: Nothing was changed.");
      expect(await terminal.ended()).to.equal(1);
      expect(await readdir(directory)).to.eql(["left-over.json"]);
    });

    it("releases it and tells whose it was", async () => {
      expect(await admin.json("cancel", "--yes")).to.eql({ status: 0, value: { stack: "main", released: [holder] } });
      expect(await readdir(directory)).to.eql([]);
    });
  });
});
