import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreatePolicyVersionCommand,
  DeleteUserCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-iam";
import {
  AttachPolicyCommand,
  DeletePolicyCommand,
  DetachPolicyCommand,
  ListPoliciesCommand,
  ListTargetsForPolicyCommand,
} from "@aws-sdk/client-organizations";
import { expect } from "chai";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cutOffUser, emptyUser } from "../../../infra/offboarding.ts";
import { expectGolden } from "../../support/golden.ts";
import { administratorOf, allow, clients, policy } from "../../sandbox/testing.ts";
import { filesIn } from "../../support/files.ts";
import { Administrator } from "../../support/harness.ts";

describe("refresh --preview-only", () => {
  let admin: Administrator;

  before(async () => {
    admin = await Administrator.withStack({ developers: ["alice", "bob"] });
  });
  after(() => admin.close());

  /** Every file of the project, the state's among them, byte for byte. */
  async function bytes(): Promise<Record<string, string>> {
    const paths = await filesIn(admin.directory);
    const texts = paths.map(async (path) => [path, (await readFile(join(admin.directory, path))).toString("base64")]);
    return Object.fromEntries((await Promise.all(texts)) as [string, string][]);
  }

  async function previewed(format: string): Promise<{ status: number | null; stdout: string }> {
    const [files, TMPDIR] = [await bytes(), await mkdtemp(join(tmpdir(), "mfa-admin-drift-"))];
    const from = admin.sandbox.requests.length;
    const { status, stdout } = await admin.runWith(
      { env: { TMPDIR } },
      ...["refresh", "--preview-only", "--exit-code", "--format", format],
    );
    expect(await bytes()).to.eql(files);
    expect(await readdir(TMPDIR)).to.eql([]);
    await rm(TMPDIR, { recursive: true });
    expect(admin.changesSince(from)).to.eql([]);
    return { status, stdout };
  }

  /** The text without what differs from run to run. */
  function timeless(text: string): string {
    return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME").replace(/AIDA\w+/g, "AIDA…");
  }

  it("finds nothing in a stack that nobody has touched, and ends with 0", async () => {
    expect(await previewed("text")).to.eql({
      status: 0,
      stdout: "Nothing has drifted: all 9 resources are as the state says.\n",
    });
  });

  it("tells what has drifted where and what would be done about it, ends with 2, and changes nothing anywhere", async () => {
    const { sandbox } = admin;
    const [auth, sandboxAccount, payments] = await Promise.all(
      [sandbox.authAccount, "333333333333", "444444444444"].map((id) => administratorOf(sandbox, id)),
    );
    const bob = { RoleName: "developer-bob" };
    const trust = policy({
      ...allow("sts:AssumeRole"),
      Resource: undefined,
      Principal: { AWS: `arn:aws:iam::${sandbox.authAccount}:user/bob` },
    });
    await sandboxAccount?.iam.send(
      new UpdateRoleCommand({ ...bob, MaxSessionDuration: 3600, Description: "mine\n::error::x" }),
    );
    await sandboxAccount?.iam.send(
      new AttachRolePolicyCommand({ ...bob, PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
    );
    await payments?.iam.send(new UpdateAssumeRolePolicyCommand({ ...bob, PolicyDocument: trust }));
    if (auth === undefined) throw new Error("no auth account");
    await emptyUser(auth.iam, "alice");
    await auth.iam.send(new DeleteUserCommand({ UserName: "alice" }));

    const { status, stdout } = await previewed("markdown");
    await expectGolden("test/cli/report/golden/drift.md", timeless(stdout));
    expect(status).to.equal(2);
    // A line break of somebody else's would let a line begin with a command for GitHub.
    const plain = timeless((await previewed("text")).stdout);
    expect(plain).to.match(/description .* → mine ::error::x$/m);
    expect(plain).to.contain(
      [
        "role developer-bob, some time after TIME",
        "      trust policy",
        "        - AllowDeveloperWithMFA",
        "        -   Effect Allow",
        "        -   Principal AWS arn:aws:iam::222222222222:user/bob",
        "",
      ].join("\n"),
    );
    expect(plain).to.match(/^ {2}~ payments {2}role developer-bob: put back$/m);
    const json = JSON.parse((await previewed("json")).stdout) as { kind: string };
    expect(json.kind).to.equal("drift");
  });

  it("leaves it to refresh and up to put it right, as it says", async () => {
    await admin.succeed("refresh", "--yes");
    await admin.succeed("up", "--yes");
    expect((await previewed("text")).status).to.equal(0);
  });

  it("says on top what somebody may do now that the stack does not let them, and apart what only waits for up", async () => {
    const { sandbox } = admin;
    const { iam } = await administratorOf(sandbox, sandbox.authAccount);
    const { iam: payments } = await administratorOf(sandbox, "444444444444");
    const { organizations } = clients(sandbox);
    const everything = policy(allow("*"));
    const arn = `arn:aws:iam::${sandbox.authAccount}:policy/mfa-admin-developer`;
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: everything, SetAsDefault: true }));
    await iam.send(new PutUserPolicyCommand({ UserName: "alice", PolicyName: "backdoor", PolicyDocument: everything }));
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    await iam.send(new AttachGroupPolicyCommand({ GroupName: "mfa-admin-developers", PolicyArn }));
    const trust = {
      ...allow("sts:AssumeRole"),
      Resource: undefined,
      Principal: { AWS: "arn:aws:iam::444444444444:root" },
    };
    await payments.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: "developer-bob", PolicyDocument: policy(trust) }),
    );
    const { Policies = [] } = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
    const PolicyId = Policies.find(({ Name }) => Name === "mfa-admin-require-mfa")?.Id;
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: sandbox.organizationalUnit }));
    await admin.editSettings((text) => text.replace("    bob: {}", "    bob: {}\n    carol: { accounts: [sandbox] }"));

    const { stdout } = await previewed("markdown");
    await expectGolden("test/cli/report/golden/drift-open.md", timeless(stdout));
    await organizations.send(new DeletePolicyCommand({ PolicyId }));
    expect((await previewed("text")).stdout).to.contain(
      "\n! The service control policy mfa-admin-require-mfa is gone: a leaked access key works in the development accounts without MFA.\n",
    );
  });

  it("is put right in whole, a user who was moved to another path included", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    await iam.send(new UpdateUserCommand({ UserName: "alice", NewPath: "/elsewhere/" }));
    const { stdout } = await previewed("text");
    expect(stdout).to.match(/user alice, some time after .*\n {6}path \/ → \/elsewhere\/\n/);
    await admin.succeed("refresh", "--yes");
    await admin.succeed("up", "--yes");
    expect((await previewed("text")).status).to.equal(0);
    const { User } = await iam.send(new GetUserCommand({ UserName: "alice" }));
    const { PolicyNames } = await iam.send(new ListUserPoliciesCommand({ UserName: "alice" }));
    expect({ path: User?.Path, policies: PolicyNames }).to.eql({ path: "/", policies: [] });
  });

  it("what carries the promise is looked at in AWS by preview, too, whatever the state says", async () => {
    const { sandbox } = admin;
    const { organizations } = clients(sandbox);
    const { iam } = await administratorOf(sandbox, "444444444444");
    const trust = (...AWS: string[]): string =>
      policy({ ...allow("sts:AssumeRole"), Resource: undefined, Principal: { AWS } });
    const RoleName = "OrganizationAccountAccessRole";
    const root = `arn:aws:iam::${sandbox.managementAccount}:root`;
    await iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(root, "arn:aws:iam::444444444444:root") }),
    );
    const { Policies = [] } = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
    const PolicyId = Policies.find(({ Name }) => Name === "mfa-admin-require-mfa")?.Id;
    const unit = { TargetId: sandbox.organizationalUnit };
    await organizations.send(new DetachPolicyCommand({ PolicyId, ...unit }));
    const { stdout } = await admin.succeed("preview");
    await organizations.send(new AttachPolicyCommand({ PolicyId, ...unit }));
    expect(stdout).to.contain(
      `! The service control policy mfa-admin-require-mfa is detached from ${sandbox.organizationalUnit}: a leaked access key works there without MFA. mfa-admin up puts it right.\n`,
    );
    const open = `! The role ${RoleName} in payments can be assumed by arn:aws:iam::444444444444:root, who can do everything there. Let its trust policy name ${root} alone (aws iam update-assume-role-policy).\n`;
    expect(stdout).to.contain(open);
    expect((await admin.run("up", "--yes")).stderr).to.contain(open);
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(root) }));
    const full = { PolicyId: "p-FullAWSAccess", ...unit };
    await organizations.send(new DetachPolicyCommand(full));
    sandbox.organization.addUnit("ou-abcd-55555555", "Elsewhere");
    sandbox.organization.moveAccount("444444444444", "ou-abcd-55555555");
    await organizations.send(new AttachPolicyCommand({ PolicyId, TargetId: sandbox.authAccount }));
    const without = (await admin.succeed("preview")).stdout;
    await organizations.send(new AttachPolicyCommand(full));
    sandbox.organization.moveAccount("444444444444", sandbox.organizationalUnit);
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: sandbox.authAccount }));
    expect(without).to.contain(
      "! payments (444444444444) is below none of the units of the service control policy: a leaked access key works there without MFA.",
    );
    expect(without).to.contain(
      `! The auth account ${sandbox.authAccount} has the service control policy attached to itself, which shuts out every developer there`,
    );
    expect(without).to.contain(
      `! FullAWSAccess is not attached to ${sandbox.organizationalUnit}, nor is a policy in its place: nothing at all is allowed there. Run aws organizations attach-policy --policy-id p-FullAWSAccess --target-id ${sandbox.organizationalUnit}.\n`,
    );
    expect((await admin.succeed("preview")).stdout).to.not.contain("!");
  });

  it("up puts back what protects, though the state knows of nothing, and lets nobody in before", async () => {
    const { organizations } = clients(admin.sandbox);
    const { Policies = [] } = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
    const PolicyId = Policies.find(({ Name }) => Name === "mfa-admin-require-mfa")?.Id;
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: admin.sandbox.organizationalUnit }));
    const added = await admin.run("add-developer", "dora", "--yes");
    expect(added.status).to.equal(1);
    expect(added.stderr).to.contain("is detached from").and.to.contain("Nothing was changed. Run mfa-admin up first.");
    expect((await admin.succeed("up", "--yes")).stdout).to.contain("Done in");
    const there = await organizations.send(new ListTargetsForPolicyCommand({ PolicyId }));
    expect(there.Targets?.map(({ TargetId }) => TargetId)).to.eql([admin.sandbox.organizationalUnit]);
    await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: admin.sandbox.organizationalUnit }));
    await organizations.send(new DeletePolicyCommand({ PolicyId }));
    expect((await admin.succeed("up", "--yes")).stderr).to.contain("is gone: a leaked access key works");
    const now = [...admin.sandbox.organization.policies.values()].find(({ name }) => name === "mfa-admin-require-mfa");
    expect([...(now?.targets ?? [])]).to.eql([admin.sandbox.organizationalUnit]);
    expect((await admin.succeed("preview")).stdout).to.not.contain("!");
  });

  it("whoever was cut off and is on the roster is told of, gets no password, and is let in again by consent", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const UserName = "bob";
    await cutOffUser(iam, UserName);
    const alarm =
      "! bob is on the roster, and was cut off by mfa-admin remove-developer bob: nothing at all is allowed to user bob in auth. Run it again to finish the removal, or mfa-admin up --lift-denials bob to let bob in again.";
    for (const command of [["preview"], ["refresh", "--preview-only"], ["list"]]) {
      expect((await admin.succeed(...command)).stdout.split("\n"), command.join(" ")).to.include(alarm);
    }
    const password = await admin.run("reset-password", "bob", "--password-file", join(admin.directory, "bob.txt"));
    expect(password.stderr).to.contain("no password would let bob in");
    expect(password.status).to.equal(1);
    expect((await admin.succeed("up", "--yes")).stderr).to.contain(alarm);
    const lifted = await admin.succeed("up", "--yes", "--lift-denials", "bob");
    expect(lifted.stderr).to.contain("Let in again: bob.");
    const { PolicyDocument = "" } = await iam.send(
      new GetUserPolicyCommand({ UserName, PolicyName: "AWSRevokeOlderSessions" }),
    );
    // Sessions that the removal has ended stay dead.
    expect(decodeURIComponent(PolicyDocument)).to.contain("aws:TokenIssueTime");
    expect((await admin.succeed("preview")).stdout).to.not.contain("!");
  });

  it("a quarantine by AWS is told on top of drift, preview and list, and no repair takes it off unasked", async () => {
    const { iam } = await administratorOf(admin.sandbox, admin.sandbox.authAccount);
    const PolicyArn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    const attached = async (): Promise<(string | undefined)[]> =>
      (await iam.send(new ListAttachedUserPoliciesCommand({ UserName: "alice" }))).AttachedPolicies?.map(
        (one) => one.PolicyArn,
      ) ?? [];
    await iam.send(new AttachUserPolicyCommand({ UserName: "alice", PolicyArn }));
    const alarm =
      "! AWS has put user alice in auth under quarantine (AWSCompromisedKeyQuarantineV3): an access key of alice was found in public. Run mfa-admin revoke-keys alice now; then take the policy off in AWS.";
    for (const command of [["preview"], ["refresh", "--preview-only"], ["list"]]) {
      const lines = (await admin.succeed(...command)).stdout.split("\n");
      expect(lines.slice(0, 3), command.join(" ")).to.include(alarm);
    }
    // refresh tells what its preview tells, but for what is done by then.
    const refreshed = await admin.succeed("refresh", "--yes", "--format", "markdown");
    expect(refreshed.stdout).to.contain("AWS has put user `alice` in `auth` under quarantine");
    expect((await admin.succeed("up", "--yes")).stderr).to.contain(alarm);
    expect(await attached()).to.include(PolicyArn);
    await admin.succeed("up", "--yes", "--lift-denials", "alice");
    expect(await attached()).to.not.include(PolicyArn);
  });
});
