import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";

import { trust } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { byServiceControlPolicy, expect, expectStopped, guardedBy } from "./attack.ts";

describe("attack: a developer's session takes over the role by which the organization manages the account", () => {
  it("works until the guard rail roles refuses to change the access role's trust policy", () =>
    expectStopped(guardedBy("roles"), byServiceControlPolicy("iam:UpdateAssumeRolePolicy"), async (target) => {
      const session = await target.session();
      const PolicyDocument = trust(target.roleArn("developer-alice"));
      const RoleName = target.settings.accessRole;
      await session.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      expect(await works(await target.assume(session, RoleName))).to.equal(true);
    }));
});
