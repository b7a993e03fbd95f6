import { LeaveOrganizationCommand } from "@aws-sdk/client-organizations";

import { trust } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { createOpenRole, expect, expectStopped, guardedBy } from "./attack.ts";

describe("attack: an account that has left the organization comes back by a role that still trusts it", () => {
  const refused = { action: "sts:AssumeRole", by: "resource control policy" } as const;
  it("works until the guard rail outsiders refuses it like any other", () =>
    expectStopped(guardedBy("outsiders"), refused, async (target) => {
      const alice = await Developer.enrol(target.sandbox, "alice");
      const inSandbox = await alice.login("sandbox");
      const inPayments = await alice.login("payments");
      const payments = target.sandbox.developmentAccounts["payments"] ?? "";
      await createOpenRole(inSandbox.iam, "shared", trust(`arn:aws:iam::${payments}:root`));
      expect(await works(await target.assume(inPayments, "shared"))).to.equal(true);

      await inPayments.organizations.send(new LeaveOrganizationCommand({}));
      expect(await works(await target.assume(inPayments, "shared"))).to.equal(true);
    }));
});
