import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";

import { previewPolicy, readPolicy, readTrust, roleNames, upPolicy } from "../../cli/ci/role-policies.ts";
import { administratorOf, clients, type Clients, given, trust } from "../sandbox/testing.ts";
import type { Administrator } from "./harness.ts";

/**
 * Makes the roles by which a CI may only read, as `init --ci github` has them made.
 *
 * @param options.sharedRole whether the stack has a shared role
 * @returns the environment of a job that has assumed the preview's role
 */
export async function readingRoles(
  { sandbox }: Administrator,
  { sharedRole = false } = {},
): Promise<Record<string, string>> {
  const { managementAccount } = sandbox;
  const accounts = [sandbox.authAccount, ...Object.values(sandbox.developmentAccounts)];
  const access = { managementAccount, accounts, accessRole: "OrganizationAccountAccessRole", sharedRole };
  const management = clients(sandbox);
  const policy = previewPolicy({ ...access, bucket: undefined, key: undefined });
  await make(management, roleNames.preview, trust(`arn:aws:iam::${managementAccount}:root`), policy);
  for (const id of accounts) {
    await make(
      await administratorOf(sandbox, id),
      roleNames.read,
      JSON.stringify(readTrust(managementAccount)),
      readPolicy(),
    );
  }
  const RoleArn = `arn:aws:iam::${managementAccount}:role/${roleNames.preview}`;
  const { Credentials } = await management.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "github" }));
  return { ...sandbox.environment(given(Credentials)), MFA_ADMIN_ACCESS_ROLE: roleNames.read };
}

/**
 * Makes the role by which a CI applies, as `init --ci github` has it made.
 *
 * @returns the environment of a job that has assumed it
 */
export async function applyingRole(
  { sandbox }: Administrator,
  { sharedRole = false } = {},
): Promise<Record<string, string>> {
  const { managementAccount } = sandbox;
  const accounts = [sandbox.authAccount, ...Object.values(sandbox.developmentAccounts)];
  const access = { managementAccount, accounts, accessRole: "OrganizationAccountAccessRole", sharedRole };
  const policy = upPolicy({ ...access, bucket: undefined, key: undefined });
  const management = clients(sandbox);
  await make(management, roleNames.up, trust(`arn:aws:iam::${managementAccount}:root`), policy);
  const RoleArn = `arn:aws:iam::${managementAccount}:role/${roleNames.up}`;
  const { Credentials } = await management.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "github" }));
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
