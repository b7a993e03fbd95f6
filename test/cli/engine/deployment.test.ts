import { expect } from "chai";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { Stack } from "../../../cli/engine/automation.ts";
import { type Deployment, editState } from "../../../cli/engine/deployment.ts";
import { noteWhatIsThere } from "../../../cli/engine/half-made.ts";

describe("an edit of the state", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "mfa-admin-edit-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** A stack whose Pulumi CLI notes what it is called with and who may read the file, and fails. */
  async function stackThatTakesNothing(): Promise<Stack> {
    const command = join(directory, "pulumi");
    await writeFile(
      command,
      `#!/bin/sh\necho "$@" > "${directory}/called"\nls -l "$4" > "${directory}/mode"\necho no >&2\nexit 1\n`,
    );
    await chmod(command, 0o755);
    return {
      name: "main",
      exportStack: () => Promise.resolve({ version: 3, deployment: { resources: [] } }),
      workspace: { pulumiCommand: { command }, workDir: directory, envVars: {} },
    } as unknown as Stack;
  }

  it("goes by a file that only its owner can read, and leaves none behind when Pulumi refuses it", async () => {
    const stack = await stackThatTakesNothing();
    const error = await editState(stack, () => Promise.resolve(true)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(String(error)).to.contain("no");
    expect(await readFile(join(directory, "mode"), "utf8")).to.match(/^-rw------- /);
    const [, , , file = ""] = (await readFile(join(directory, "called"), "utf8")).split(" ");
    expect(file).to.match(/state\.json$/);
    expect(existsSync(dirname(file))).to.equal(false);
  });

  it("is not made where there is nothing to be changed", async () => {
    await editState(await stackThatTakesNothing(), () => Promise.resolve(false));
    expect(existsSync(join(directory, "called"))).to.equal(false);
  });

  it("notes what AWS has of the aws-native plugin's resources only, whatever others have failed at", () => {
    const half = { custom: true, inputs: { name: "a", groups: ["g"] }, outputs: { name: "a" }, initErrors: ["failed"] };
    const whole = { urn: "whole", type: "aws-native:iam:Role", custom: true, inputs: { name: "b" }, outputs: {} };
    const native = { ...half, urn: "native", type: "aws-native:iam:User" };
    const other = { ...half, urn: "other", type: "aws:iam/accountAlias:AccountAlias" };
    const deployment: Deployment = { resources: [whole, native, other].map((resource) => structuredClone(resource)) };
    expect(noteWhatIsThere(deployment)).to.equal(true);
    const [first, second, third] = deployment.resources;
    expect([first, third]).to.eql([whole, other]);
    expect(second).to.deep.include({ inputs: { name: "a" } });
    expect(second?.outputs).to.have.nested.property("__inputs.plaintext", '{"name":"a"}');
    expect(second).not.to.have.property("initErrors");
  });
});
