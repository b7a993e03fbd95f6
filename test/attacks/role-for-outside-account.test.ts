import { trust } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { createOpenRole, expect, expectStopped, guardedBy, on, Target } from "./attack.ts";

describe("attack: a developer's session makes a role for an account outside of the organization", () => {
  const refused = { action: "sts:AssumeRole", by: "resource control policy" } as const;
  const letIn = async (target: Target): Promise<void> => {
    const { iam } = await target.session();
    const thief = target.outsider();
    await createOpenRole(iam, "partner", trust(thief.arn));
    expect(await works(await target.assume(target.as(thief.key), "partner"))).to.equal(true);
  };

  it("works until the guard rail outsiders refuses whoever is not of the organization", () =>
    expectStopped(guardedBy("outsiders"), refused, letIn));

  it("is no attack where the settings trust that account", async () => {
    await on(await Target.with({ settings: { guardRails: ["outsiders"], trustedAccounts: ["999999999999"] } }), letIn);
  });
});
