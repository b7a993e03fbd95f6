import { CreateAccessKeyCommand, DeleteAccessKeyCommand, GetUserCommand } from "@aws-sdk/client-iam";

import { administratorOf, refusal } from "../sandbox/testing.ts";
import { Developer } from "../support/developer.ts";
import { askMfaForAccessKeys, expect, on, Target } from "./attack.ts";

/** The stolen key makes another; the owner has the stolen one deleted. */
async function surviveRevocation(target: Target): Promise<void> {
  const { sandbox } = target;
  const { accessKey, aws: stolen } = await Developer.enrol(sandbox, "alice");
  const { AccessKey } = await stolen.iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
  const auth = await administratorOf(sandbox, sandbox.authAccount);
  await auth.iam.send(new DeleteAccessKeyCommand({ UserName: "alice", AccessKeyId: accessKey.accessKeyId }));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  const { User } = await target
    .as({ accessKeyId, secretAccessKey })
    .iam.send(new GetUserCommand({ UserName: "alice" }));
  expect(User?.UserName).to.equal("alice");
}

describe("attack: a stolen access key makes a second one, and lives on when the first is deleted", () => {
  it("works in the article's form, and is refused where access keys need MFA", async () => {
    await on(await Target.with({}), surviveRevocation);
    await on(await Target.with({}), async (target) => {
      await askMfaForAccessKeys(target);
      const error = await refusal(surviveRevocation(target));
      expect(error.message).to.match(/perform: iam:CreateAccessKey .* explicit deny in an identity-based policy$/);
    });
  });
});
