import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

describe("sandbox: by hand", () => {
  it("prints an environment to work with, and ends with Ctrl-C", async () => {
    const sandbox = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const environment: Record<string, string> = {};
    for await (const line of createInterface({ input: sandbox.stdout })) {
      const [, name, value] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) environment[name] = value;
      else expect(line).to.match(/^#/);
      if (line.includes("Ctrl-C")) break;
    }
    const sts = new STSClient({
      endpoint: environment["AWS_ENDPOINT_URL"] ?? "",
      region: environment["AWS_REGION"] ?? "",
      credentials: {
        accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
        secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
      },
    });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).to.equal("111111111111");

    const exit = once(sandbox, "exit");
    sandbox.kill("SIGINT");
    expect(await exit).to.deep.equal([0, null]);
  });
});
