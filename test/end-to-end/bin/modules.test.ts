import { expect } from "chai";
import { globSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const checkout = fileURLToPath(new URL("../../../", import.meta.url));

describe("the compiled modules", () => {
  it("are loaded by Node, each with all that it imports: the tests' resident process evaluates a copy of them", () => {
    const files = globSync("dist/{cli,infra,toolchain}/**/*.js", { cwd: checkout });
    const script = `for (const file of ${JSON.stringify(files)}) await import("./" + file);`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: checkout });
    expect(printed.toString()).to.equal("");
    expect(files).to.have.length.above(400);
  });
});
