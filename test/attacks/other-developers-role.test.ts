import { PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";

import { denyEverything } from "../../infra/policies.ts";
import { trust } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { byServiceControlPolicy, expect, expectStopped, guardedBy } from "./attack.ts";

describe("attack: a developer's session acts under the name of another developer", () => {
  it("works until the guard rail roles refuses to change that role's trust policy", () =>
    expectStopped(guardedBy("roles"), byServiceControlPolicy("iam:UpdateAssumeRolePolicy"), async (target) => {
      const session = await target.session();
      const PolicyDocument = trust(target.roleArn("developer-alice"));
      await session.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "developer-bob", PolicyDocument }));
      expect(await works(await target.assume(session, "developer-bob"))).to.equal(true);
    }));
});

describe("attack: a developer's session locks another developer out", () => {
  it("works until the guard rail roles refuses to put a policy on that role", () =>
    expectStopped(guardedBy("roles"), byServiceControlPolicy("iam:PutRolePolicy"), async (target) => {
      const bob = await target.session("bob");
      const { iam } = await target.session();
      const PolicyDocument = JSON.stringify(denyEverything());
      await iam.send(new PutRolePolicyCommand({ RoleName: "developer-bob", PolicyName: "out", PolicyDocument }));
      expect(await works(bob)).to.equal(false);
    }));
});
