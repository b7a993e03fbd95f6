import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ListUsersCommand } from "@aws-sdk/client-iam";
import { DescribeOrganizationCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { callerCredentials } from "../../infra/caller.ts";
import { iamClient } from "../../infra/iam-client.ts";
import { organizationsClient } from "../../infra/organizations-client.ts";
import { refusal } from "../sandbox/testing.ts";
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
    const restore = inEnvironment({
      ...{ AWS_CONFIG_FILE: join(directory, "config"), AWS_PROFILE: "vault" },
      ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    });
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

  it("are asked of IAM Identity Center in the region where it is", async () => {
    const home = await mkdtemp(join(tmpdir(), "mfa-admin-caller-"));
    const cache = join(home, ".aws", "sso", "cache");
    await mkdir(cache, { recursive: true });
    const name = createHash("sha1").update("company").digest("hex");
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await writeFile(join(cache, `${name}.json`), JSON.stringify({ accessToken: "a token", expiresAt }));
    await writeFile(
      join(home, "config"),
      "[sso-session company]\nsso_start_url = https://company.awsapps.com/start\nsso_region = eu-central-1\n" +
        "[profile portal]\nsso_session = company\nsso_account_id = 111111111111\nsso_role_name = Admin\n",
    );
    const asked: string[] = [];
    const proxy = createServer().on("connect", ({ url = "" }, socket) => {
      asked.push(url);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const restore = inEnvironment({
      HOME: home,
      AWS_CONFIG_FILE: join(home, "config"),
      AWS_PROFILE: "portal",
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    });
    try {
      expect((await refusal(callerCredentials()())).message).to.contain("does not let you reach");
      expect(new Set(asked)).to.eql(new Set(["portal.sso.eu-central-1.amazonaws.com:443"]));
    } finally {
      restore();
      proxy.close();
      await rm(home, { recursive: true });
    }
  });
});
