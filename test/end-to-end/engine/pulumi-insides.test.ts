import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

import { expect } from "chai";

const automation = new URL("../../../cli/engine/automation.ts", import.meta.url).href;
const insides = new URL("../../../cli/engine/pulumi-insides.ts", import.meta.url).href;
const pulumi = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");

/** Loads Pulumi as the CLI does, in a process of its own, and runs a script there. @returns what the script returns */
async function withPulumi(script: string): Promise<unknown> {
  const program = `
    import { createRequire } from "node:module";
    import { LocalWorkspace, Stack } from ${JSON.stringify(automation)};
    import { withoutCallStacks, withoutReports } from ${JSON.stringify(insides)};
    const pulumi = createRequire(${JSON.stringify(pulumi)});
    const loaded = (name) => Object.keys(pulumi.cache).filter((file) => file.includes(name)).length > 1;
    console.log(JSON.stringify(await (async () => { ${script} })()));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return JSON.parse(stdout);
}

describe("Pulumi's insides", () => {
  it("has modules that are not loaded before something asks for them", async () => {
    const script = `return [loaded("/runtime/"), loaded("/typescript"), loaded("/@npmcli/arborist/")];`;
    expect(await withPulumi(script)).to.deep.equal([true, false, false]);
  });

  it("has them work when something asks for them", async () => {
    const script = `
      const { text } = await pulumi("./runtime").serializeFunction(() => 42);
      const { Arborist } = pulumi("@npmcli/arborist");
      return [text.includes("=> 42"), loaded("/typescript"), typeof Arborist, loaded("/@npmcli/arborist/")];
    `;
    expect(await withPulumi(script)).to.deep.equal([true, true, "function", true]);
  });

  it("reports after a run by methods of the stack, which ask the Pulumi CLI and can be left out", async () => {
    const script = `
      const pulumiCommand = { command: "none", version: null, run: (args) => {
        ran.push(args.join(" ").split(" --")[0]);
        return Promise.resolve({ stdout: args[1] === "history" ? "[]" : "{}", stderr: "", code: 0 });
      } };
      const ran = [];
      const workspace = await LocalWorkspace.create({ pulumiCommand, workDir: import.meta.dirname ?? "." });
      const stack = await Stack.select("main", workspace);
      const during = async (act) => (ran.splice(0), await act(), [...ran]);
      return [await during(() => stack.refresh()), await during(() => withoutReports(stack).refresh())];
    `;
    const [[first, ...reports] = [], without] = (await withPulumi(script)) as string[][];
    expect(reports).to.include("stack history");
    expect(without).to.eql([first]);
  });

  it("takes down a call stack at every promise, as long as Node gives any", async () => {
    const script = `
      const { debuggablePromise } = pulumi("./runtime/debuggable.js");
      const lines = async () => {
        const promise = Promise.resolve();
        debuggablePromise(promise);
        return promise._debugStackTrace.split("\\n").length;
      };
      return [(await lines()) > 1, await withoutCallStacks(lines), (await lines()) > 1];
    `;
    expect(await withPulumi(script)).to.deep.equal([true, 1, true]);
  });
});
