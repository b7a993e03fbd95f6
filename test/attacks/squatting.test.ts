import { CreateRoleCommand } from "@aws-sdk/client-iam";

import { developerRoleTrust } from "../../infra/policies.ts";
import { administratorOf, refusal, trust } from "../sandbox/testing.ts";
import { byServiceControlPolicy, expect, expectStopped, guardedBy, on, Target } from "./attack.ts";

/** The role that the stack makes when carol is let in. The role trusts bob's user here, since carol has none. */
async function letCarolIn({ sandbox, account }: Target): Promise<void> {
  const { iam } = await administratorOf(sandbox, account);
  const AssumeRolePolicyDocument = JSON.stringify(developerRoleTrust({ authAccount: sandbox.authAccount }, "bob"));
  await iam.send(new CreateRoleCommand({ RoleName: "developer-carol", AssumeRolePolicyDocument }));
}

describe("attack: a developer's session makes the role of a developer who is added later, and waits there", () => {
  for (const [Path, where] of [
    ["/", "under the role's own name"],
    ["/team/", "under a path, where IAM takes it for the same name"],
  ] as const) {
    it(`works, ${where}, until the guard rail roles refuses it`, () =>
      expectStopped(
        guardedBy("roles"),
        byServiceControlPolicy("iam:CreateRole"),
        async (target) => {
          const { iam } = await target.session();
          const AssumeRolePolicyDocument = trust(target.roleArn("developer-alice"));
          await iam.send(new CreateRoleCommand({ RoleName: "developer-carol", Path, AssumeRolePolicyDocument }));
          expect((await refusal(letCarolIn(target))).name).to.match(/^EntityAlreadyExists/);
        },
        letCarolIn,
      ));
  }

  it("stays open in another case, which policies tell apart and IAM's names do not", async () => {
    await on(await Target.with(guardedBy("roles")), async (target) => {
      const { iam } = await target.session();
      const AssumeRolePolicyDocument = trust(target.roleArn("developer-alice"));
      await iam.send(new CreateRoleCommand({ RoleName: "Developer-carol", AssumeRolePolicyDocument }));
      expect((await refusal(letCarolIn(target))).name).to.match(/^EntityAlreadyExists/);
    });
  });
});
