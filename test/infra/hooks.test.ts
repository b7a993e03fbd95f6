import { CreateUserCommand } from "@aws-sdk/client-iam";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { emptyUserBeforeDelete } from "../../infra/hooks.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { administratorOf } from "../sandbox/testing.ts";
import { startSandboxHere } from "../support/sandbox-here.ts";
import { letMocksKnowHooks } from "../../cli/engine/pulumi-insides.ts";

describe("the hooks that run before a deletion", () => {
  let sandbox: Sandbox;
  let close: () => Promise<void>;

  before(async () => {
    ({ sandbox, close } = await startSandboxHere());
    await pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ name }) => ({ id: name, state: {} }) });
    letMocksKnowHooks(pulumi.runtime);
  });
  after(() => close());

  it("empty 16 users at a time, however many the engine deletes at once", async () => {
    const names = Array.from({ length: 24 }, (_, index) => `developer-${index}`);
    const { iam } = await administratorOf(sandbox, sandbox.authAccount);
    for (const UserName of names) await iam.send(new CreateUserCommand({ UserName }));
    const hook = emptyUserBeforeDelete("OrganizationAccountAccessRole");
    const from = sandbox.requests.length;
    await Promise.all(
      names.map(async (id) => {
        const oldOutputs = { arn: `arn:aws:iam::${sandbox.authAccount}:user/${id}` };
        await hook.callback({ urn: "", id, name: id, type: "aws-native:iam:User", oldOutputs });
      }),
    );
    // The hook's first call for a user puts an inline policy that denies everything, and its last one deletes it.
    const change: Record<string, number> = { PutUserPolicy: 1, DeleteUserPolicy: -1 };
    let now = 0;
    const underWay = sandbox.requests.slice(from).map(({ action }) => (now += change[action] ?? 0));
    expect(Math.max(...underWay)).to.equal(16);
    expect(now).to.equal(0);
  });
});
