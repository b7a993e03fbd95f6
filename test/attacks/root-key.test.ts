import { CreateAccessKeyCommand } from "@aws-sdk/client-iam";
import { DetachPolicyCommand } from "@aws-sdk/client-organizations";

import { serviceControlPolicyName } from "../../infra/names.ts";
import type { Credentials } from "../sandbox/index.ts";
import { clients, refusal } from "../sandbox/testing.ts";
import { works } from "../support/developer.ts";
import { expect, guardedBy, on, Target } from "./attack.ts";

/** Detaches the article's service control policy from the organizational unit. */
async function withoutIt({ sandbox }: Target): Promise<void> {
  const policy = [...sandbox.organization.policies.values()].find(({ name }) => name === serviceControlPolicyName);
  const { organizations } = clients(sandbox);
  const TargetId = sandbox.organizationalUnit;
  await organizations.send(new DetachPolicyCommand({ PolicyId: policy?.id, TargetId }));
}

/** Makes a second access key of an account's root user by the first one, and asserts that the second one works. */
async function makeRootKey({ sandbox }: Target, leaked: Credentials): Promise<void> {
  const { AccessKey } = await clients(sandbox, leaked).iam.send(new CreateAccessKeyCommand({}));
  const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
  expect(await works(clients(sandbox, { accessKeyId, secretAccessKey }))).to.equal(true);
}

const denied = /is not authorized to perform: iam:CreateAccessKey .* explicit deny in a service control policy$/;

describe("attack: the key of an account's root user makes another one", () => {
  it("works without any policy, and the service control policy refuses it without MFA", async () => {
    await on(await Target.with({}), async (target) => {
      const leaked = target.sandbox.rootUser(target.account);
      expect((await refusal(makeRootKey(target, leaked))).message).to.match(denied);
      await withoutIt(target);
      await makeRootKey(target, leaked);
    });
  });

  it("is refused by the guard rail root alone as well, which asks for no MFA and takes none", async () => {
    await on(await Target.with(guardedBy("root")), async (target) => {
      const leaked = target.sandbox.rootUser(target.account);
      await withoutIt(target);
      expect((await refusal(makeRootKey(target, leaked))).message).to.match(denied);
    });
  });
});
