import { AcceptHandshakeCommand, LeaveOrganizationCommand } from "@aws-sdk/client-organizations";

import { refusal } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { byServiceControlPolicy, expect, expectStopped, guardedBy } from "./attack.ts";

describe("attack: a developer's session takes the account out of the organization, and out of its policies", () => {
  it("works until the guard rail organization refuses it", () =>
    expectStopped(
      guardedBy("organization"),
      byServiceControlPolicy("organizations:LeaveOrganization"),
      async (target) => {
        const leaked = target.userOf(target.account, "old-bot");
        const { organizations } = await target.session();
        expect(await works(leaked)).to.equal(false);
        await organizations.send(new LeaveOrganizationCommand({}));
        // No service control policy applies to the account any more, so no MFA is needed.
        expect(await works(leaked)).to.equal(true);
      },
    ));
});

describe("attack: a developer's session accepts the invitation of the attacker's organization for the account", () => {
  it("works until the guard rail organization refuses it", () =>
    expectStopped(
      guardedBy("organization"),
      byServiceControlPolicy("organizations:AcceptHandshake"),
      async (target) => {
        const { organizations } = await target.session();
        const error = await refusal(
          organizations.send(new AcceptHandshakeCommand({ HandshakeId: "h-examplehandshake" })),
        );
        // The local AWS has one organization only: it allows the call, and then has no other organization to join.
        if (error.name !== "NotImplemented") throw error;
      },
    ));
});
