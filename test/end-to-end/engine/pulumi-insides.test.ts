import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

import { expect } from "chai";

const automation = new URL("../../../cli/engine/automation.ts", import.meta.url).href;
const insides = new URL("../../../cli/engine/pulumi-insides.ts", import.meta.url).href;
const pulumi = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");

/** Loads Pulumi as the CLI does, in a process of its own, and runs a script there; what it returns. */
async function withPulumi(script: string): Promise<unknown> {
  const program = `
    import { createRequire } from "node:module";
    import { LocalWorkspace } from ${JSON.stringify(automation)};
    import { withoutReports, withoutStackTraces } from ${JSON.stringify(insides)};
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

describe("reports of Pulumi that are left out", () => {
  it("are all that a run asks the Pulumi CLI for besides", async () => {
    const script = `
      let asked = [];
      const run = (args) => {
        asked.push(args.slice(0, args[0] === "stack" ? 2 : 1).join(" "));
        return Promise.resolve({ stdout: args.includes("history") ? "[]" : "{}", stderr: "", code: 0 });
      };
      const pulumiCommand = { command: "pulumi", version: null, run };
      const workDir = process.env.TMPDIR ?? "/tmp";
      const workspace = await LocalWorkspace.create({ workDir, pulumiCommand });
      const { Stack } = await import(${JSON.stringify(automation)});
      const stack = await Stack.create("main", workspace);
      const commands = [];
      for (const one of [stack, withoutReports(stack)]) {
        for (const operation of ["up", "refresh", "destroy"]) {
          asked = [];
          await one[operation]();
          commands.push(asked);
        }
      }
      return commands;
    `;
    expect(await withPulumi(script)).to.deep.equal([
      ["up", "stack output", "stack output", "stack history"],
      ["refresh", "stack history"],
      ["destroy", "stack history"],
      ["up"],
      ["refresh"],
      ["destroy"],
    ]);
  });
});

describe("call stacks that Pulumi takes down", () => {
  it("are those of its promises, and are left out while it works", async () => {
    const script = `
      const { debuggablePromise } = pulumi("./runtime/debuggable");
      const linesOf = () => {
        const promise = Promise.resolve();
        debuggablePromise(promise);
        return promise._debugStackTrace.split("\\n").length;
      };
      const before = linesOf();
      const during = await withoutStackTraces(() => Promise.resolve(linesOf()));
      return [before > 1, during, linesOf() > 1];
    `;
    expect(await withPulumi(script)).to.deep.equal([true, 1, true]);
  });
});
