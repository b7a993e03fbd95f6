import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { OrganizationsClient, PutResourcePolicyCommand } from "@aws-sdk/client-organizations";
import { expect } from "chai";

import { ADMINISTRATOR_ACCESS, administratorOf, trust } from "../sandbox/testing.ts";
import { Administrator, type Result } from "../support/harness.ts";

const security = "555555555555";

/** The needed actions, of those that a delegation policy may allow (Organizations User Guide, "Create a resource-based delegation policy"). */
const delegated = [
  ...["AttachPolicy", "CreatePolicy", "DeletePolicy", "DescribeAccount", "DescribeOrganization", "DescribePolicy"],
  ...[
    "DescribeOrganizationalUnit",
    "DetachPolicy",
    "ListAccounts",
    "ListAccountsForParent",
    "ListParents",
    "ListPolicies",
  ],
  ...["ListOrganizationalUnitsForParent", "ListPoliciesForTarget", "ListRoots", "ListTagsForResource"],
  ...["ListTargetsForPolicy", "TagResource", "UntagResource", "UpdatePolicy"],
].map((action) => `organizations:${action}`);

describe("an account that the organization's policies are delegated to", () => {
  let admin: Administrator;
  let env: Record<string, string>;
  const run = (...args: string[]): Promise<Result> => admin.runWith({ env }, ...args);

  before(async () => {
    admin = await Administrator.withProject({ developers: ["alice"] });
    const { sandbox } = admin;
    sandbox.addAccount(security, "security", "ou-abcd-22222222");
    const { accessKeyId, secretAccessKey } = sandbox.userInMemberAccount(security, "operator", [ADMINISTRATOR_ACCESS]);
    env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  });
  after(() => admin.close());

  it("is refused as long as they are not", async () => {
    const { status, stderr } = await run("up", "--yes");
    expect(status).to.equal(1);
    expect(stderr).to.contain(
      "These credentials belong to account 555555555555, but the organization is managed from account 111111111111.",
    );
  });

  it("runs previews, up, edits, drift and verify like the management account, once the access roles let it in", async () => {
    const { sandbox } = admin;
    const Content = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${security}:root` }, Action: delegated, Resource: "*" },
      ],
    });
    const configuration = { endpoint: sandbox.endpoint, region: "us-east-1", credentials: sandbox.administrator };
    await new OrganizationsClient(configuration).send(new PutResourcePolicyCommand({ Content }));
    for (const account of [sandbox.authAccount, ...Object.values(sandbox.developmentAccounts)]) {
      const { iam } = await administratorOf(sandbox, account);
      const PolicyDocument = trust(["111111111111", security].map((id) => `arn:aws:iam::${id}:root`));
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "OrganizationAccountAccessRole", PolicyDocument }));
    }
    for (const args of [["preview"], ["up", "--yes"], ["add-developer", "bob", "--yes"], ["list"]]) {
      const { status, stderr } = await run(...args);
      expect(status, `${args.join(" ")}\n${stderr}`).to.equal(0);
    }
    const drift = await run("refresh", "--yes", "--exit-code");
    expect(drift.status, drift.stdout + drift.stderr).to.equal(0);
    expect(drift.stdout).not.to.contain("can be assumed by others");
    const { status, stdout } = await run("verify", "--exit-code");
    expect(status, stdout).to.equal(0);
  });

  it("is refused where StackSets are to make a shared role", async () => {
    const before = await admin.settings();
    await admin.editSettings((text) =>
      text.replace("mfa-admin:developers:", "mfa-admin:roles: shared\n  mfa-admin:developers:"),
    );
    const { status, stderr } = await run("preview");
    expect({ status, stderr: stderr.replace(/\s+/g, " ") }).to.deep.include({ status: 1 });
    expect(stderr.replace(/\s+/g, " ")).to.contain("the role is made from the management account, 111111111111");
    await admin.editSettings(() => before);
  });

  it("leaves the management account nothing to do", async () => {
    expect((await admin.succeed("preview", "--exit-code")).stdout).to.contain("Nothing to do");
  });
});
