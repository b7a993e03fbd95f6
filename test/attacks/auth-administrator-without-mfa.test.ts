import { CreateAccessKeyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import { administratorOf, enableDevice, given, nextCode, trust } from "../sandbox/testing.ts";
import { Developer, works } from "../support/developer.ts";
import { byServiceControlPolicy, createOpenRole, expect, expectStopped, guardedBy } from "./attack.ts";

describe("attack: a leaked key of a user of the auth account who was given AdministratorAccess and has no MFA", () => {
  it("takes a role that trusts that account, until the guard rail auth asks for MFA", () =>
    expectStopped(guardedBy("auth"), byServiceControlPolicy("sts:AssumeRole"), async (target) => {
      const { sandbox, account } = target;
      const { iam } = await administratorOf(sandbox, account);
      await createOpenRole(iam, "operations", trust(`arn:aws:iam::${sandbox.authAccount}:root`));
      const leaked = target.userOf(sandbox.authAccount, "mallory");
      expect(await works(await target.assume(leaked, "operations"))).to.equal(true);
    }));

  it("gives a developer a device and a key of the thief's, until the guard rail auth keeps it to its own user", () =>
    expectStopped(guardedBy("auth"), byServiceControlPolicy("iam:EnableMFADevice"), async (target) => {
      const { sandbox } = target;
      await Developer.enrol(sandbox, "alice");
      const { iam } = target.userOf(sandbox.authAccount, "mallory");
      const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice", "mallory");
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
      const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
      const { Credentials: session } = await target.as({ accessKeyId, secretAccessKey }).sts.send(
        new AssumeRoleCommand({
          RoleArn: target.roleArn("developer-alice"),
          RoleSessionName: "alice",
          SerialNumber: serialNumber,
          TokenCode: nextCode(sandbox, seed),
        }),
      );
      expect(await works(target.as(given(session)))).to.equal(true);
    }));
});
