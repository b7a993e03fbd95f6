import { type AccessKey, CreateAccessKeyCommand, DeleteAccessKeyCommand, GetUserCommand } from "@aws-sdk/client-iam";

import { administratorOf, enableDevice } from "../sandbox/testing.ts";
import { expect, expectStopped, keysWithMfa, type Target } from "./attack.ts";

/** The thief makes a second key by the stolen one. The administrator then deletes the stolen key, and the second one still works. */
async function surviveRevocation(target: Target): Promise<void> {
  const { sandbox } = target;
  const UserName = "alice";
  const auth = await administratorOf(sandbox, sandbox.authAccount);
  await enableDevice(sandbox, auth.iam, UserName);
  const { AccessKey: stolen } = await auth.iam.send(new CreateAccessKeyCommand({ UserName }));
  const thief = target.as(keyOf(stolen));
  const { AccessKey: second } = await thief.iam.send(new CreateAccessKeyCommand({ UserName }));
  await auth.iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: stolen?.AccessKeyId }));
  const { User } = await target.as(keyOf(second)).iam.send(new GetUserCommand({ UserName }));
  expect(User?.UserName).to.equal(UserName);
}

const keyOf = ({ AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" }: Partial<AccessKey> = {}) => ({
  accessKeyId,
  secretAccessKey,
});

describe("attack: a stolen access key makes a second one, and lives on when the first is deleted", () => {
  it("works in the article's form, and is refused where access keys need MFA", () =>
    expectStopped(keysWithMfa, { action: "iam:CreateAccessKey", by: "identity-based policy" }, surviveRevocation));
});
