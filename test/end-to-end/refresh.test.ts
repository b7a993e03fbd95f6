import { DeleteUserCommand, UpdateAssumeRolePolicyCommand, UpdateRoleCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";

import { administratorOf, allow, policy } from "../sandbox/testing.ts";
import { enrolAndLogin } from "../support/developer.ts";
import { Administrator } from "../support/harness.ts";

describe("refresh", () => {
  let administrator: Administrator;

  before(async () => {
    administrator = await Administrator.withStack({ developers: ["alice"] });
    await administrator.succeed("reset-password", "alice", "--password-file", "passwords");
  });

  after(() => administrator.close());

  const account = (id: string) => {
    const found = administrator.sandbox.organization.accounts.get(id);
    if (found === undefined) throw new Error(`no account ${id}`);
    return found;
  };

  it("finds nothing in a stack that nobody has touched, and ends with 0", async () => {
    const { status, stdout } = await administrator.run("refresh", "--yes", "--exit-code");
    expect(stdout).to.contain("Nothing has drifted");
    expect(status).to.equal(0);
  });

  it("leaves a later update neither the console password nor the group's policy to take away", async () => {
    await administrator.editSettings((text) =>
      text.replace("config:", "config:\n  mfa-admin:tags: { team: core }\n  mfa-admin:rolePrefix: dev"),
    );
    await administrator.succeed("up", "--yes");
    await administrator.editSettings((text) =>
      text.replace("mfa-admin:rolePrefix: dev", "mfa-admin:rolePrefix: developer"),
    );
    await administrator.succeed("up", "--yes");
    const { users, groups } = account(administrator.sandbox.authAccount);
    expect([...users].find(({ name }) => name === "alice")?.loginProfile).to.not.equal(undefined);
    expect([...groups].flatMap(({ attachedPolicies }) => [...attachedPolicies])).to.have.length(1);
    expect(await enrolAndLogin(administrator.sandbox, "alice")).to.equal(true);
  });

  it("shows a role that was changed by hand, ends with 2 when asked, and up puts it right", async () => {
    const sandboxAccount = administrator.sandbox.developmentAccounts["sandbox"] ?? "";
    const { iam } = await administratorOf(administrator.sandbox, sandboxAccount);
    const RoleName = "developer-alice";
    await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 3600 }));
    const PolicyDocument = policy({ ...allow("sts:AssumeRole"), Principal: { AWS: sandboxAccount } });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    const { status, stdout } = await administrator.run("refresh", "--yes", "--exit-code");
    // refresh tells what its preview tells, in the past tense.
    expect(stdout)
      .to.match(/^! Outside the stack, the trust policy of role developer-alice in sandbox was changed/m)
      .and.match(/^ {2}~ sandbox {2}role developer-alice, some time after .*Z$/m)
      .and.match(/^ {6}longest session in seconds .*43200 → .*3600$/m)
      .and.match(/^What up would do about it:$/m);
    expect(status).to.equal(2);
    await administrator.succeed("up", "--yes");
    expect(
      [...account(sandboxAccount).roles].find(({ name }) => name === "developer-alice")?.maxSessionDuration,
    ).to.equal(43200);
  });

  it("lets up make a user again who was deleted by hand, and the role trusts the new one", async () => {
    const { sandbox } = administrator;
    const { iam } = await administratorOf(sandbox, sandbox.authAccount);
    const { emptyUser } = await import("../../infra/offboarding.ts");
    await emptyUser(iam, "alice");
    await iam.send(new DeleteUserCommand({ UserName: "alice" }));
    const { status, stdout } = await administrator.run("refresh", "--yes", "--exit-code");
    expect(stdout).to.contain("user alice");
    expect(status).to.equal(2);
    await administrator.succeed("up", "--yes");
    expect(await enrolAndLogin(sandbox, "alice")).to.equal(true);
  });
});
