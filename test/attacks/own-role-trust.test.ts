import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";

import { trust } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { byServiceControlPolicy, expect, expectStopped, guardedBy } from "./attack.ts";

describe("attack: a developer's stolen session opens the developer's own role for a key without MFA", () => {
  it("works until the guard rail roles refuses to change the trust policy", () =>
    expectStopped(guardedBy("roles"), byServiceControlPolicy("iam:UpdateAssumeRolePolicy"), async (target) => {
      const { iam } = await target.session();
      const thief = target.outsider();
      const PolicyDocument = trust(thief.arn);
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "developer-alice", PolicyDocument }));
      expect(await works(await target.assume(target.as(thief.key), "developer-alice"))).to.equal(true);
    }));
});
