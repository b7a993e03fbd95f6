import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import {
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  GetLoginProfileCommand,
  GetRoleCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";

import { developerRoleTrust } from "../../infra/policies.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { administratorIn, type DeveloperInTour, Person } from "./people.ts";
import type { Proof } from "./proof.ts";

/** A development account's access key with AdministratorAccess works before the service control policy is attached, and is refused afterwards. */
export async function proveServiceControlPolicy(proof: Proof, machine: Person, when: "before" | "after") {
  const expected = when === "before" ? "allowed" : "refused";
  const what = `list instances, as AdministratorAccess allows, ${when} the policy`;
  await proof.expect(expected, "ci-bot", "without MFA", what, () => machine.ec2.send(new DescribeInstancesCommand({})));
}

/** Tries what a developer may and may not do, in the order of the first day. */
export async function proveDeveloper(proof: Proof, alice: DeveloperInTour, oneTimePassword: string): Promise<void> {
  const { iam, sts, ec2 } = alice;
  const without = <T>(expected: "allowed" | "refused", what: string, call: () => Promise<T>) =>
    proof.expect(expected, "alice", "without MFA", what, call);
  const withMfa = <T>(expected: "allowed" | "refused", what: string, call: () => Promise<T>) =>
    proof.expect(expected, "alice", "with MFA", what, call);

  await without("refused", "assume developer-alice", () => alice.assume("developer-alice"));
  await without("refused", "list users", () => iam.send(new ListUsersCommand({})));
  await without("refused", "read anything (list instances)", () => ec2.send(new DescribeInstancesCommand({})));
  await without("allowed", "change her one-time password", () =>
    iam.send(new ChangePasswordCommand({ OldPassword: oneTimePassword, NewPassword: "correct-Horse-7-battery" })),
  );
  await without("refused", "make an MFA device named phone", () =>
    iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "phone" })),
  );
  await without("allowed", "make an MFA device named alice", () => alice.createDevice());
  await without("refused", "enrol it with two wrong codes", () =>
    alice.enableDevice(alice.wrongCode(), alice.wrongCode()),
  );
  await without("allowed", "enrol it with two right codes", () => alice.enableDevice());
  await without("allowed", "make an access key of her own", () =>
    iam.send(new CreateAccessKeyCommand({ UserName: "alice" })),
  );
  await without("refused", "deactivate her device", () =>
    iam.send(new DeactivateMFADeviceCommand({ UserName: "alice", SerialNumber: alice.serialNumber })),
  );
  await without("refused", "make an access key for bob", () =>
    iam.send(new CreateAccessKeyCommand({ UserName: "bob" })),
  );
  await withMfa("refused", "assume developer-alice with a wrong code", () =>
    alice.assume("developer-alice", alice.wrongCode()),
  );
  const code = alice.nextCode();
  const session = await withMfa("allowed", "assume developer-alice with the right code", () =>
    alice.assume("developer-alice", code),
  );
  await withMfa("allowed", "list instances in sandbox by that session", () =>
    (session ?? alice).ec2.send(new DescribeInstancesCommand({})),
  );
  await withMfa("refused", "assume it again with the same code", () => alice.assume("developer-alice", code));
  await withMfa("refused", "assume it under another session name", () =>
    alice.assume("developer-alice", alice.nextCode(), "somebody"),
  );
  await withMfa("refused", "assume developer-bob", () => alice.assume("developer-bob", alice.nextCode()));
  const { Credentials: token } = await sts.send(
    new GetSessionTokenCommand({ SerialNumber: alice.serialNumber, TokenCode: alice.nextCode() }),
  );
  const carrying = alice.signedBy({
    accessKeyId: token?.AccessKeyId ?? "",
    secretAccessKey: token?.SecretAccessKey ?? "",
    sessionToken: token?.SessionToken ?? "",
  });
  await withMfa("refused", "deactivate her device", () =>
    carrying.iam.send(new DeactivateMFADeviceCommand({ UserName: "alice", SerialNumber: alice.serialNumber })),
  );
  await withMfa("refused", "see bob's access keys", () =>
    carrying.iam.send(new ListAccessKeysCommand({ UserName: "bob" })),
  );
}

/** Tries three of the attacks of test/attacks: they work before the guard rails are attached, and are refused afterwards. */
export async function proveGuardRails(
  proof: Proof,
  sandbox: Sandbox,
  { thief, outsider, mallory }: Record<"thief" | "outsider" | "mallory", Person>,
  when: "before" | "after",
): Promise<void> {
  const expected = when === "before" ? "allowed" : "refused";
  const account = sandbox.developmentAccounts["sandbox"] ?? "";
  const stranger = "arn:aws:iam::999999999999:user/administrator";
  const trusting = (...AWS: string[]): string =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" }],
    });
  const rewrite = (by: Person, PolicyDocument: string) =>
    by.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "developer-alice", PolicyDocument }));
  const takePartner = (person: Person) => () =>
    person.sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/partner`, RoleSessionName: "partner" }),
    );

  await proof.expect(expected, "thief", "with MFA", `open developer-alice to a stranger, ${when} the guard rails`, () =>
    rewrite(thief, trusting(stranger)),
  );
  if (when === "before") {
    const put = JSON.stringify(developerRoleTrust({ authAccount: sandbox.authAccount }, "alice"));
    await rewrite(await administratorIn(sandbox, account), put);
    const AssumeRolePolicyDocument = trusting(stranger, `arn:aws:iam::${sandbox.authAccount}:root`);
    await thief.iam.send(new CreateRoleCommand({ RoleName: "partner", AssumeRolePolicyDocument }));
  }
  await proof.expect(
    ...([expected, "outsider", "without MFA", `assume partner, ${when} the guard rails`] as const),
    takePartner(outsider),
  );
  await proof.expect(
    ...([expected, "mallory", "without MFA", `assume partner, ${when} the guard rails`] as const),
    takePartner(mallory),
  );
}

/** Tries calls after `remove-developer bob`: his key and session are refused, no resource of his is left, and alice's access is as before. */
export async function proveRemoval(
  proof: Proof,
  sandbox: Sandbox,
  { bob, session, alice }: { bob: Person; session: Person; alice: DeveloperInTour },
): Promise<void> {
  await proof.expect("refused", "bob", "without MFA", "use his access key at all", () =>
    bob.sts.send(new GetCallerIdentityCommand({})),
  );
  await proof.expect("refused", "bob", "with MFA", "list instances by his session of before", () =>
    session.ec2.send(new DescribeInstancesCommand({})),
  );
  const auth = await administratorIn(sandbox, sandbox.authAccount);
  const development = await administratorIn(sandbox, sandbox.developmentAccounts["sandbox"] ?? "");
  await proof.expect("refused", "administrator", "—", "find bob's user", () =>
    auth.iam.send(new GetUserCommand({ UserName: "bob" })),
  );
  await proof.expect("refused", "administrator", "—", "find bob's console password", () =>
    auth.iam.send(new GetLoginProfileCommand({ UserName: "bob" })),
  );
  await proof.expect("refused", "administrator", "—", "find bob's role in sandbox", () =>
    development.iam.send(new GetRoleCommand({ RoleName: "developer-bob" })),
  );
  await proof.expect("allowed", "alice", "with MFA", "assume developer-alice, as before", () =>
    alice.assume("developer-alice", alice.nextCode()),
  );
}
