/**
 * What a lock comes down to: the roles of the accounts, the policy on the user and on the role in each, by the SDK. The argument is a
 * JSON text with what is locked.
 */
import { IAMClient, PutRolePolicyCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

/** @type {{ accessRole: string, authAccount: string, userName: string, accounts: string[], roleName: string, policy: string }} */
// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- written by lock.ts
const { accessRole, authAccount, userName, accounts, roleName, policy } = JSON.parse(process.argv[2] ?? "");
const region = "us-east-1";

/** @type {(accountId: string) => IAMClient} */
const iamIn = (accountId) => {
  const params = { RoleArn: `arn:aws:iam::${accountId}:role/${accessRole}`, RoleSessionName: "mfa-admin" };
  return new IAMClient({ region, credentials: fromTemporaryCredentials({ params }) });
};
const common = { PolicyName: "mfa-admin-lock", PolicyDocument: policy };
await Promise.all([
  iamIn(authAccount).send(new PutUserPolicyCommand({ UserName: userName, ...common })),
  ...accounts.map((id) => iamIn(id).send(new PutRolePolicyCommand({ RoleName: roleName, ...common }))),
]);
