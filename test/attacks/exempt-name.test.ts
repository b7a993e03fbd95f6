import { CreateUserCommand } from "@aws-sdk/client-iam";

import { trust } from "../sandbox/testing.ts";
import { byServiceControlPolicy, createOpenRole, expectStopped, guardedBy } from "./attack.ts";

describe("attack: a developer's session makes a role whose name is exempt from the guard rails, and acts by it", () => {
  it("works until each guard rail protects those whom it exempts, here identities alone", () =>
    expectStopped(guardedBy("identities"), byServiceControlPolicy("iam:CreateRole"), async (target) => {
      const session = await target.session();
      await createOpenRole(session.iam, "stacksets-exec-mallory", trust(target.roleArn("developer-alice")));
      const { iam } = await target.assume(session, "stacksets-exec-mallory");
      await iam.send(new CreateUserCommand({ UserName: "mallory" }));
    }));
});
