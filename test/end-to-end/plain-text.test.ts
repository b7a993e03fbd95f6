import { expect } from "chai";

import { Administrator } from "../support/harness.ts";

describe("plain text", () => {
  let admin: Administrator;
  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
  });
  after(() => admin.close());

  const escape = "\u001b";
  const colour = `${escape}[3`;

  it("is all that a pipe gets: no colours, no cursor movements, no trailing blanks", async () => {
    for (const args of [["preview"], ["list", "--roster"], ["up", "--yes"], ["list"], ["outputs"], ["--help"]]) {
      const { stdout, stderr } = await admin.succeed(...args);
      expect(stdout + stderr, args.join(" ")).not.to.contain(escape);
      expect(stdout + stderr, args.join(" ")).not.to.match(/[ \r]\n/);
    }
  });

  it("has no colours on a terminal either where NO_COLOR is set", async () => {
    await admin.editSettings((text) => text.replace("    alice: {}", "    alice: {}\n    bob: {}"));
    const printed = async (env: Record<string, string>): Promise<string> => {
      const from = admin.printed.length;
      const terminal = admin.terminalWith({ env }, "preview");
      await terminal.waitFor("user bob");
      expect(await terminal.ended()).to.equal(0);
      return admin.printed.slice(from);
    };
    expect(await printed({})).to.contain(colour);
    expect(await printed({ NO_COLOR: "1" })).not.to.contain(colour);
  });
});
