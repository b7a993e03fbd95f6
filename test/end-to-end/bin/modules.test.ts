import { expect } from "chai";
import { execFileSync } from "node:child_process";

import { built, ownModules } from "../../support/own-modules.ts";

describe("the compiled modules", () => {
  it("are loaded by Node, each with all that it imports: the tests' resident process evaluates a copy of them", () => {
    const files = ownModules();
    const script = `for (const file of ${JSON.stringify(files)}) await import("./" + file);`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: built });
    expect(printed.toString()).to.equal("");
    expect(files).to.have.length.above(400);
  });
});
