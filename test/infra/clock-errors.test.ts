import { GetUserCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { DescribePolicyCommand } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";

import { iamFor, stsFor } from "../../cli/login/developer-clients.ts";
import { iamClient } from "../../infra/iam-client.ts";
import { organizationsClient } from "../../infra/organizations-client.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { startSandboxHere } from "../support/sandbox-here.ts";

describe("where this machine's clock is wrong", () => {
  let sandbox: Sandbox;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ sandbox, close } = await startSandboxHere());
  });
  afterEach(() => close());

  /** The name of the error, and how often AWS was asked. */
  async function asked(action: string, call: () => Promise<unknown>): Promise<[string, number]> {
    const from = sandbox.requests.length;
    const name = await call().then(
      () => "none",
      (error: unknown) => (error as Error).name,
    );
    return [name, sandbox.requests.slice(from).filter((one) => one.action === action).length];
  }

  it("a call that AWS refuses for another reason is made once", async () => {
    // AWS takes a signature for five minutes.
    sandbox.clock.setAhead(280);
    const iam = iamClient(sandbox.authAccount, "OrganizationAccountAccessRole");
    const own = sandbox.environment();
    const key = { accessKeyId: own["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: own["AWS_SECRET_ACCESS_KEY"] ?? "" };
    const nobody = { UserName: "nobody" };
    const role = { RoleArn: "arn:aws:iam::222222222222:role/none", RoleSessionName: "alice" };
    const long = { ...nobody, PolicyName: "long", PolicyDocument: "{".padEnd(3000) };
    const policy = { PolicyId: "p-00000000" };
    expect(await asked("GetUser", () => iam.send(new GetUserCommand(nobody)))).to.eql(["NoSuchEntityException", 1]);
    expect((await asked("PutUserPolicy", () => iam.send(new PutUserPolicyCommand(long))))[1]).to.equal(1);
    const developer = await iamFor(key);
    expect((await asked("GetUser", () => developer.send(new GetUserCommand(nobody))))[1]).to.equal(1);
    const sts = await stsFor(key);
    expect(await asked("AssumeRole", () => sts.send(new AssumeRoleCommand(role)))).to.eql(["AccessDenied", 1]);
    const described = await asked("DescribePolicy", () =>
      organizationsClient().send(new DescribePolicyCommand(policy)),
    );
    expect(described).to.eql(["PolicyNotFoundException", 1]);
  });

  it("a call that AWS refuses for the clock is made again by AWS's time, and does what it should", async () => {
    sandbox.clock.setAhead(600);
    const iam = iamClient(sandbox.authAccount, "OrganizationAccountAccessRole");
    const [name, times] = await asked("GetUser", () => iam.send(new GetUserCommand({ UserName: "nobody" })));
    expect(name).to.equal("NoSuchEntityException");
    expect(times).to.be.within(1, 2);
  });
});
