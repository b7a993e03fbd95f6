import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ListUsersCommand } from "@aws-sdk/client-iam";
import { DescribeOrganizationCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { iamClient } from "../../infra/iam-client.ts";
import { organizationsClient } from "../../infra/organizations-client.ts";
import { inEnvironment } from "../support/environment.ts";
import { startSandboxHere } from "../support/sandbox-here.ts";

describe("the caller's own credentials", () => {
  it("are asked of a program once, for all clients", async () => {
    const { sandbox, close } = await startSandboxHere();
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-caller-"));
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = sandbox.administrator;
    const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
    await writeFile(join(directory, "vault"), `#!/bin/sh\necho asked >> ${directory}/asked\necho '${keys}'\n`, {
      mode: 0o700,
    });
    await writeFile(join(directory, "config"), `[profile vault]\ncredential_process = ${directory}/vault\n`);
    const restore = inEnvironment({ AWS_CONFIG_FILE: join(directory, "config"), AWS_PROFILE: "vault" });
    Reflect.deleteProperty(process.env, "AWS_ACCESS_KEY_ID");
    Reflect.deleteProperty(process.env, "AWS_SECRET_ACCESS_KEY");
    try {
      await Promise.all([
        organizationsClient().send(new DescribeOrganizationCommand({})),
        organizationsClient().send(new DescribeOrganizationCommand({})),
        ...["222222222222", "333333333333"].map((id) =>
          iamClient(id, "OrganizationAccountAccessRole").send(new ListUsersCommand({})),
        ),
      ]);
      expect(await readFile(join(directory, "asked"), "utf8")).to.equal("asked\n");
    } finally {
      restore();
      await rm(directory, { recursive: true });
      await close();
    }
  });
});
