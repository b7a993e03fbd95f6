import { PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";

import { denyEverything } from "../../infra/policies.ts";
import { administratorOf, refusal, trust } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { byServiceControlPolicy, expect, expectStopped, guardedBy, type Target } from "./attack.ts";

/** The first step of `remove-developer` in a development account. */
async function endAccess({ sandbox, account }: Target, RoleName: string): Promise<void> {
  const { iam } = await administratorOf(sandbox, account);
  const PolicyDocument = JSON.stringify(denyEverything());
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "AWSRevokeOlderSessions", PolicyDocument }));
}

describe("attack: a developer who is about to be removed shuts the organization out of the account", () => {
  it("works until the guard rail roles refuses to change the access role's trust policy", () =>
    expectStopped(
      guardedBy("roles"),
      byServiceControlPolicy("iam:UpdateAssumeRolePolicy"),
      async (target) => {
        const session = await target.session();
        const PolicyDocument = trust(target.roleArn("developer-alice"));
        const RoleName = target.settings.accessRole;
        await session.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
        expect((await refusal(endAccess(target, "developer-alice"))).message).to.contain("sts:AssumeRole");
        expect(await works(session)).to.equal(true);
      },
      async (target) => {
        const bob = await target.session("bob");
        await endAccess(target, "developer-bob");
        expect(await works(bob)).to.equal(false);
      },
    ));
});
