import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

import { expect } from "chai";

const automation = new URL("../../../cli/engine/automation.ts", import.meta.url).href;
const pulumi = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");

/** Loads Pulumi as the CLI does, in a process of its own, and runs a script there; what it returns. */
async function withPulumi(script: string): Promise<unknown> {
  const program = `
    import { createRequire } from "node:module";
    import ${JSON.stringify(automation)};
    const pulumi = createRequire(${JSON.stringify(pulumi)});
    const loaded = (name) => Object.keys(pulumi.cache).filter((file) => file.includes(name)).length > 1;
    console.log(JSON.stringify(await (async () => { ${script} })()));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return JSON.parse(stdout);
}

describe("modules of Pulumi that are put off", () => {
  it("are not loaded with Pulumi", async () => {
    const script = `return [loaded("/runtime/"), loaded("/typescript"), loaded("/@npmcli/arborist/")];`;
    expect(await withPulumi(script)).to.deep.equal([true, false, false]);
  });

  it("are loaded, and work, when something asks for them", async () => {
    const script = `
      const { text } = await pulumi("./runtime").serializeFunction(() => 42);
      const { Arborist } = pulumi("@npmcli/arborist");
      return [text.includes("=> 42"), loaded("/typescript"), typeof Arborist, loaded("/@npmcli/arborist/")];
    `;
    expect(await withPulumi(script)).to.deep.equal([true, true, "function", true]);
  });
});
