/**
 * The calls that a lock needs until it holds, by the SDK: GetCallerIdentity, GetUser, and the policy on the user and on the role in each
 * account. The argument is a JSON text that names the user, the role, the accounts and the policy.
 */
import { GetUserCommand, IAMClient, PutRolePolicyCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

/** @type {{ accessRole: string, authAccount: string, userName: string, accounts: string[], roleName: string, policy: string }} */
// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- written by lock.ts
const { accessRole, authAccount, userName, accounts, roleName, policy } = JSON.parse(process.argv[2] ?? "");
const region = "us-east-1";

const { Arn = "" } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
const RoleSessionName = `mfa-admin-${Arn.replace(/^.*\//, "")}`;

/** @type {(accountId: string) => IAMClient} */
const iamIn = (accountId) => {
  const params = { RoleArn: `arn:aws:iam::${accountId}:role/${accessRole}`, RoleSessionName };
  return new IAMClient({ region, credentials: fromTemporaryCredentials({ params }) });
};
const auth = iamIn(authAccount);
await auth.send(new GetUserCommand({ UserName: userName }));
const common = { PolicyName: "mfa-admin-lock", PolicyDocument: policy };
await Promise.all([
  auth.send(new PutUserPolicyCommand({ UserName: userName, ...common })),
  ...accounts.map((id) => iamIn(id).send(new PutRolePolicyCommand({ RoleName: roleName, ...common }))),
]);
