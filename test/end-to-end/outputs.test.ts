import { expect } from "chai";
import { parse } from "yaml";

import { Administrator } from "../support/harness.ts";

describe("outputs", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withProject({ passphrase: true, developers: ["alice"] });
  });
  after(() => admin.close());

  it("are none before the first up", async () => {
    expect(await admin.run("outputs")).to.eql({
      status: 0,
      stdout: "There are no outputs yet. Run mfa-admin up.\n",
      stderr: "",
    });
    expect(await admin.json("outputs")).to.eql({ status: 0, value: {} });
  });

  it("are the sign-in address, the policy, everybody's roles and what these may do afterwards, as text and as JSON", async () => {
    await admin.succeed("up", "--yes");
    const { value } = await admin.json("outputs");
    const policy = [...admin.sandbox.organization.policies.values()].find(({ awsManaged }) => !awsManaged);
    expect(value).to.eql({
      signInAddress: "https://222222222222.signin.aws.amazon.com/console",
      serviceControlPolicy: policy?.id,
      permissions: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      developers: {
        alice: {
          roles: {
            sandbox: "arn:aws:iam::333333333333:role/developer-alice",
            payments: "arn:aws:iam::444444444444:role/developer-alice",
          },
        },
      },
    });
    const { stdout, stderr } = await admin.succeed("outputs");
    expect(parse(stdout)).to.eql(value);
    expect(stderr).to.equal("");
  });

  it("need no credentials of AWS", async () => {
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    expect((await admin.runWith({ env }, "outputs")).status).to.equal(0);
  });
});
