import { CreateAccessKeyCommand, CreateLoginProfileCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import { administratorOf, enableDevice, given, nextCode } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { expect, expectStopped, keysWithMfa, type Target } from "./attack.ts";

/** The first access key of alice leaks, and the thief enrols an MFA device before she does. */
async function leakFirstKey(target: Target): Promise<void> {
  const { sandbox } = target;
  const auth = await administratorOf(sandbox, sandbox.authAccount);
  const [UserName, Password] = ["alice", "one-Time-Password-1"];
  await auth.iam.send(new CreateLoginProfileCommand({ UserName, Password, PasswordResetRequired: true }));
  const newPassword = "correct-Horse-9-battery";
  const console = await sandbox.signIn({ userName: UserName, password: Password, newPassword });
  const { AccessKey } = await target.as(console).iam.send(new CreateAccessKeyCommand({ UserName }));

  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  const thief = target.as({ accessKeyId, secretAccessKey });
  const { serialNumber, seed } = await enableDevice(sandbox, thief.iam, UserName);
  const { Credentials: session } = await thief.sts.send(
    new AssumeRoleCommand({
      RoleArn: target.roleArn("developer-alice"),
      RoleSessionName: UserName,
      SerialNumber: serialNumber,
      TokenCode: nextCode(sandbox, seed),
    }),
  );
  expect(await works(target.as(given(session)))).to.equal(true);
}

describe("attack: an access key leaks before its owner has an MFA device, and the thief enrols one", () => {
  it("works in the article's form; where access keys need MFA, there is no key before the device", () =>
    expectStopped(keysWithMfa, { action: "iam:CreateAccessKey", by: "identity-based policy" }, leakFirstKey));
});
