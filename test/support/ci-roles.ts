import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import { previewPolicy, readPolicy, readTrust, roleNames, upPolicy } from "../../cli/ci/role-policies.ts";
import type { Sandbox } from "../sandbox/index.ts";
import { administratorOf, clients, type Clients, given, trust } from "../sandbox/testing.ts";
import type { Administrator } from "./harness.ts";

/**
 * Makes the roles by which CI may only read, as in the instructions of `init --ci github`.
 *
 * @param options.sharedRole whether the stack has a shared role
 * @returns the environment of a job that has assumed the preview's role
 */
export async function readingRoles(
  { sandbox }: Administrator,
  { sharedRole = false } = {},
): Promise<Record<string, string>> {
  const accounts = [sandbox.authAccount, ...Object.values(sandbox.developmentAccounts)];
  const environment = await jobAs(sandbox, roleNames.preview, previewPolicy(accessOf(sandbox, accounts, sharedRole)));
  // The preview's role first: the trust policy of the others names it, and IAM knows no principal that is not there.
  const trusted = JSON.stringify(readTrust(sandbox.managementAccount));
  for (const id of accounts) await make(await administratorOf(sandbox, id), roleNames.read, trusted, readPolicy());
  return { ...environment, MFA_ADMIN_ACCESS_ROLE: roleNames.read };
}

/**
 * Makes the role by which CI applies, as in the instructions of `init --ci github`.
 *
 * @param options.namedAccounts whether the settings name the development accounts
 * @returns the environment of a job that has assumed it
 */
export async function applyingRole(
  { sandbox }: Administrator,
  { sharedRole = false, namedAccounts = true } = {},
): Promise<Record<string, string>> {
  const accounts = [sandbox.authAccount, ...(namedAccounts ? Object.values(sandbox.developmentAccounts) : [])];
  return jobAs(sandbox, roleNames.up, upPolicy(accessOf(sandbox, accounts, sharedRole)));
}

/** The parameters of the roles' policies. The state is in no bucket, and no KMS key keeps its secrets. */
function accessOf({ managementAccount }: Sandbox, accounts: string[], sharedRole: boolean) {
  const accessRole = "OrganizationAccountAccessRole";
  const state = { project: "mfa-admin", bucket: undefined, key: undefined };
  return { managementAccount, accounts, accessRole, sharedRole, ...state };
}

/** Makes a role in the management account. @returns the environment of a job that has assumed it */
async function jobAs(sandbox: Sandbox, roleName: string, policy: object): Promise<Record<string, string>> {
  const management = clients(sandbox);
  const root = `arn:aws:iam::${sandbox.managementAccount}`;
  await make(management, roleName, trust(`${root}:root`), policy);
  const assume = new AssumeRoleCommand({ RoleArn: `${root}:role/${roleName}`, RoleSessionName: "github" });
  const { Credentials } = await management.sts.send(assume);
  return sandbox.environment(given(Credentials));
}

async function make(
  { iam }: Clients,
  RoleName: string,
  AssumeRolePolicyDocument: string,
  policy: object,
): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "read", PolicyDocument: JSON.stringify(policy) }));
}
