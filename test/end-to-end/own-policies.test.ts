import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { CreateRoleCommand, DeleteRoleCommand } from "@aws-sdk/client-iam";
import { DetachPolicyCommand, ListPoliciesCommand } from "@aws-sdk/client-organizations";

import { administratorOf, clients, trust } from "../sandbox/testing.ts";
import { Administrator } from "../support/harness.ts";

const accessRole = "arn:aws:iam::*:role/OrganizationAccountAccessRole";

/** Other regions than Tokyo's are closed, but for services that are in one region alone. */
const region = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Region",
      Effect: "Deny",
      NotAction: ["iam:*", "sts:*", "organizations:*"],
      Resource: "*",
      Condition: {
        StringNotEquals: { "aws:RequestedRegion": "ap-northeast-1" },
        ArnNotLike: { "aws:PrincipalArn": accessRole },
      },
    },
  ],
};

const plain = (text: string): string => text.replace(/\s+/g, " ");

describe("the organization's own service control policies", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice"] });
    await mkdir(join(admin.directory, "policies"));
  });
  after(() => admin.close());

  const write = (file: string, document: unknown): Promise<void> =>
    writeFile(
      join(admin.directory, file),
      typeof document === "string" ? document : JSON.stringify(document, undefined, 2),
    );
  const choose = (files: string) =>
    admin.editSettings((text) =>
      text
        .replace(/ {2}mfa-admin:serviceControlPolicies: .*\n/, "")
        .replace("  mfa-admin:developers:", `  mfa-admin:serviceControlPolicies: [${files}]\n  mfa-admin:developers:`),
    );
  const policyId = async (name: string): Promise<string | undefined> => {
    const { organizations } = clients(admin.sandbox);
    const { Policies = [] } = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
    return Policies.find(({ Name }) => Name === name)?.Id;
  };
  /** Runs a command that has to be refused before AWS is changed. @returns what it says */
  const refused = async (...args: string[]): Promise<string> => {
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await admin.run(...args);
    expect(status).to.equal(1);
    expect(admin.changesSince(from)).to.eql([]);
    return stderr;
  };

  it("are refused by file and line before anything is asked of AWS", async () => {
    await choose("policies/region.json");
    const line = (await admin.settings()).split("\n").findIndex((text) => text.includes("serviceControlPolicies")) + 1;
    expect(await refused("preview")).to.contain(
      `Pulumi.main.yaml:${line}: mfa-admin:serviceControlPolicies.0: policies/region.json: there is no such file in the project's directory`,
    );
    await write("policies/region.json", JSON.stringify(region, undefined, 2).replace('"Deny"', '"deny"'));
    const text = await refused("up", "--yes");
    expect(text).to.contain('region.json:6: Effect must be "Deny" or "Allow", not "deny"');
    expect(text).to.contain("Correct region.json; nothing was changed.");
  });

  it("are refused in AWS's own words, and by file, where AWS does not take the document", async () => {
    await write("policies/region.json", region);
    admin.sandbox.injectFault({
      action: "SimulateCustomPolicy",
      code: "InvalidInput",
      message: "It is odd.",
      times: 2,
    });
    expect(plain(await refused("preview"))).to.contain(
      "AWS does not take the service control policy policies/region.json: It is odd. Nothing was changed. Correct policies/region.json.",
    );
    admin.sandbox.clearFaults();
  });

  it("are refused where they shut out the access role, CI's role or StackSets' own, with what would be denied", async () => {
    const payments = await administratorOf(admin.sandbox, "444444444444");
    for (const RoleName of ["mfa-admin-ci-read", "stacksets-exec-0123456789abcdef"]) {
      const AssumeRolePolicyDocument = trust("arn:aws:iam::111111111111:root");
      await payments.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    }
    const [statement] = region.Statement;
    await write("policies/region.json", {
      ...region,
      Statement: { ...statement, Condition: { StringNotEquals: statement?.Condition.StringNotEquals } },
    });
    await write("policies/roles.json", {
      ...region,
      Statement: {
        Effect: "Deny",
        Action: "iam:CreateRole",
        Resource: "*",
        Condition: { ArnNotLike: { "aws:PrincipalArn": accessRole } },
      },
    });
    await choose("policies/region.json, policies/roles.json");
    const text = plain(await refused("up", "--yes"));
    expect(text).to.contain(
      "The service control policy policies/region.json would shut out the access role OrganizationAccountAccessRole in sandbox and payments: cloudformation:CreateResource,",
    );
    expect(text).to.contain("Nothing was changed. Except it there: a Condition ArnNotLike on aws:PrincipalArn");
    const { stdout } = await admin.succeed("preview");
    expect(plain(stdout))
      .to.contain(
        "The service control policy policies/region.json would shut out the role mfa-admin-ci-read, by which CI reads in payments: cloudformation:GetResource would be denied.",
      )
      .and.to.contain(
        "The service control policy policies/roles.json would shut out the roles of CloudFormation StackSets in payments: iam:CreateRole would be denied.",
      );
    for (const RoleName of ["mfa-admin-ci-read", "stacksets-exec-0123456789abcdef"]) {
      await payments.iam.send(new DeleteRoleCommand({ RoleName }));
    }
  });

  it("are previewed by their statements, with the usual work that they stop", async () => {
    await write("policies/region.json", region);
    await choose("policies/region.json");
    for (const format of ["text", "markdown"]) {
      const { stdout } = await admin.succeed("preview", "--format", format);
      expect(plain(stdout.replaceAll("`", "")))
        .to.contain("Adds 1 own service control policy;")
        .and.to.contain("Region")
        .and.to.contain("aws:RequestedRegion")
        .and.to.contain("ap-northeast-1")
        .and.to.contain(
          "The own service control policy mfa-admin-own-region stops sessions of the developers' roles in sandbox and payments from ec2:DescribeInstances and s3:ListAllMyBuckets.",
        );
    }
  });

  it("come with up before the policy that asks for MFA, and verify knows them, and what they are meant to deny", async () => {
    await admin.succeed("up", "--yes");
    const policy = admin.sandbox.organization.policies.get((await policyId("mfa-admin-own-region")) ?? "");
    expect(JSON.parse(policy?.content ?? "")).to.eql(region);
    expect(policy?.description).to.equal("The organization's own, from policies/region.json.");
    expect([...(policy?.targets ?? [])]).to.eql(["ou-abcd-11111111"]);
    const [own, shield] = ["own-region", "require-mfa"].map((key) => ["::", key].join("")) as [string, string];
    const resources = await admin.resourcesInState();
    const made = resources.find(({ urn }) => urn.endsWith(shield));
    expect(made?.dependencies?.some((urn) => urn.endsWith(own))).to.equal(true);
    expect((await admin.succeed("preview")).stdout).to.contain("Nothing to do");
    expect((await admin.succeed("refresh", "--preview-only")).stdout).to.contain("Nothing has drifted");
    const { stdout } = await admin.run("verify");
    expect(stdout).to.match(/^All \d+ promises hold\./);
  });

  it("are told as drift where somebody takes one off, by verify, too, and put back", async () => {
    const { organizations } = clients(admin.sandbox);
    const PolicyId = await policyId("mfa-admin-own-region");
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: "ou-abcd-11111111" }));
    expect((await admin.run("verify")).stdout).to.contain(
      "The service control policy mfa-admin-own-region is not attached, above",
    );
    const { stdout } = await admin.succeed("refresh", "--yes");
    expect(plain(stdout)).to.contain(
      "Outside the stack, the own service control policy mfa-admin-own-region was detached from ou-abcd-11111111: what it denies may be open.",
    );
    await admin.succeed("up", "--yes");
    expect((await admin.succeed("refresh", "--preview-only")).stdout).to.contain("Nothing has drifted");
  });

  it("hold a plan to the text that was reviewed", async () => {
    await write("policies/region.json", JSON.stringify(region).replace("ap-northeast-1", "us-east-1"));
    await admin.succeed("preview", "--save-plan", "plan.json");
    await write("policies/region.json", JSON.stringify(region).replace("ap-northeast-1", "eu-west-1"));
    expect(await refused("up", "--yes", "--allow-unprotected", "--plan", "plan.json")).to.contain(
      "planned otherwise: update own service control policy mfa-admin-own-region in management",
    );
    await write("policies/region.json", region);
  });

  it("deny less with --allow-unprotected alone", async () => {
    await write("policies/region.json", JSON.stringify(region).replace("ap-northeast-1", "us-east-1"));
    const told =
      "The own service control policy mfa-admin-own-region denies less than before, by Region: what these denied may be open from then on.";
    expect(plain((await admin.succeed("preview")).stdout)).to.contain(told);
    const text = await refused("up", "--yes");
    expect(plain(text)).to.contain(told);
    expect(text).to.contain("run mfa-admin up with --allow-unprotected.");
    await write("policies/region.json", region);
  });

  it("are taken off with --allow-unprotected alone, and may be renamed", async () => {
    await write("policies/tokyo.json", await readFile(join(admin.directory, "policies/region.json"), "utf8"));
    await choose("policies/tokyo.json");
    expect((await admin.succeed("preview")).stdout).not.to.contain("taken off");
    await rm(join(admin.directory, "policies/tokyo.json"));
    await choose("");
    const text = await refused("up", "--yes");
    expect(plain(text)).to.contain(
      "The own service control policy mfa-admin-own-region is taken off: what it denies is open from then on.",
    );
    expect(text).to.contain("run mfa-admin up with --allow-unprotected.");
    await choose("policies/region.json");
  });

  it("keep add-developer and remove-developer going, and are counted by destroy", async () => {
    await admin.succeed("add-developer", "bob", "--yes");
    await admin.succeed("remove-developer", "bob", "--yes");
    const terminal = admin.terminal("destroy");
    await terminal.waitFor("This deletes");
    await terminal.waitFor("own service control policy");
    terminal.kill();
    await admin.succeed("destroy", "--yes");
    expect(await policyId("mfa-admin-own-region")).to.equal(undefined);
  });
});
