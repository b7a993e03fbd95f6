import { enableDevice, refusal } from "../sandbox/testing.ts";
import { Developer } from "../support/developer.ts";
import { expect, on, Target } from "./attack.ts";

describe("attack: a stolen access key gives its owner a second MFA device, which is the thief's", () => {
  it("works while the owner has no device, and then AWS itself refuses it to a key without MFA", async () => {
    await on(await Target.with({}), async (target) => {
      const { sandbox } = target;
      // Bob has no device yet: whoever holds his access key can enrol one, without MFA.
      await Developer.enrol(sandbox, "bob");

      const alice = await Developer.enrol(sandbox, "alice");
      const error = await refusal(enableDevice(sandbox, alice.aws.iam, "alice"));
      expect(error.message).to.contain("must be authenticated with it to change MFA devices of its own");
      const otherName = await refusal(enableDevice(sandbox, alice.aws.iam, "alice", "thief"));
      expect(otherName.message).to.contain("because no identity-based policy allows the iam:CreateVirtualMFADevice");
    });
  });
});
