import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { GetSessionTokenCommand } from "@aws-sdk/client-sts";

import { ADMINISTRATOR_ACCESS, enableDevice, given, nextCode } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { byServiceControlPolicy, expect, expectStopped, guardedBy, type Target } from "./attack.ts";

/** Gives a user an access key and an MFA device. With both, the service control policy lets the user's calls through. */
async function armUser(target: Target, UserName: string): Promise<void> {
  const { iam } = await target.session();
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { seed, serialNumber } = await enableDevice(target.sandbox, iam, UserName);
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  const { sts } = target.as({ accessKeyId, secretAccessKey });
  const later = new GetSessionTokenCommand({ SerialNumber: serialNumber, TokenCode: nextCode(target.sandbox, seed) });
  const { Credentials: session } = await sts.send(later);
  expect(await works(target.as(given(session)))).to.equal(true);
}

describe("attack: a developer's session leaves a user with a key and an MFA device of its own behind", () => {
  it("works until the guard rail identities refuses to make users", () =>
    expectStopped(guardedBy("identities"), byServiceControlPolicy("iam:CreateUser"), async (target) => {
      const { iam } = await target.session();
      await iam.send(new CreateUserCommand({ UserName: "mallory" }));
      await iam.send(new AttachUserPolicyCommand({ UserName: "mallory", PolicyArn: ADMINISTRATOR_ACCESS }));
      await armUser(target, "mallory");
    }));
});

describe("attack: a developer's session gives a user who is there already another key and an MFA device", () => {
  it("works until the guard rail identities refuses access keys", () =>
    expectStopped(guardedBy("identities"), byServiceControlPolicy("iam:CreateAccessKey"), async (target) => {
      target.userOf(target.account, "old-bot");
      await armUser(target, "old-bot");
    }));
});
