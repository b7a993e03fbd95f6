import { DetachPolicyCommand } from "@aws-sdk/client-organizations";

import { serviceControlPolicyName } from "../../infra/names.ts";
import { administratorOf, clients, type Clients, refusal } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { expect, guardedBy, on, Target } from "./attack.ts";

describe("attack: a session with every permission in the auth account takes the organization's policies off", () => {
  it("would work in the management account, and is refused since AWS takes such calls from nowhere else", async () => {
    await on(await Target.with(guardedBy("roles", "auth", "outsiders")), async (target) => {
      const { sandbox, account } = target;
      const leaked = target.userOf(account, "old-bot");
      const policies = [...sandbox.organization.policies.values()].filter(({ awsManaged }) => !awsManaged);
      expect(policies.map(({ name }) => name))
        .to.include(serviceControlPolicyName)
        .and.to.have.length(4);
      const detach = async ({ organizations }: Clients): Promise<void> => {
        for (const { id: PolicyId, targets } of policies) {
          for (const TargetId of [...targets])
            await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId }));
        }
      };

      const error = await refusal(detach(await administratorOf(sandbox, sandbox.authAccount)));
      expect(error.message).to.equal("You don't have permissions to access this resource.");
      expect((await refusal(detach(await target.session()))).message).to.equal(error.message);
      expect(await works(leaked)).to.equal(false);

      await detach(clients(sandbox));
      expect(await works(leaked)).to.equal(true);
    });
  });
});
