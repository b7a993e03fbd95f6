import { newRole, newUser } from "./create.ts";
import type { LocalAws } from "./local-aws.ts";

export const MANAGEMENT_ACCOUNT = "111111111111";
export const AUTH_ACCOUNT = "222222222222";
export const DEVELOPMENT_ACCOUNTS: Record<string, string> = { sandbox: "333333333333", payments: "444444444444" };
export const DEVELOPMENT_UNIT = "ou-abcd-11111111";

const IDENTITY_UNIT = "ou-abcd-22222222";
const ADMINISTRATOR = "administrator";
const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

interface KeyPair {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Fills an organization as it is before the stack is set up. */
export function populate(aws: LocalAws, developmentAccounts: Record<string, string>): void {
  const { organization } = aws;
  organization.addAccount(MANAGEMENT_ACCOUNT, "management", organization.rootId);
  organization.addUnit(DEVELOPMENT_UNIT, "Development");
  organization.addUnit(IDENTITY_UNIT, "Identity");
  addMemberAccount(aws, AUTH_ACCOUNT, "auth", IDENTITY_UNIT);
  for (const [name, id] of Object.entries(developmentAccounts)) addMemberAccount(aws, id, name, DEVELOPMENT_UNIT);
}

/** Makes the human administrator of the management account. */
export function seedAdministrator(aws: LocalAws, key?: KeyPair): KeyPair {
  return seedUser(aws, MANAGEMENT_ACCOUNT, ADMINISTRATOR, [ADMINISTRATOR_ACCESS], key);
}

/** The access key of the human administrator; undefined where it was deleted. */
export function administratorKey({ organization }: LocalAws): KeyPair | undefined {
  const [key] = organization.account(MANAGEMENT_ACCOUNT).users.get(ADMINISTRATOR)?.accessKeys ?? [];
  return key && { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
}

/** Makes an IAM user with an access key. */
export function seedUser(
  aws: LocalAws,
  accountId: string,
  userName: string,
  managedPolicyArns: string[],
  key?: KeyPair,
): KeyPair {
  const account = aws.organization.account(accountId);
  const user = newUser(account, userName, "/", aws.clock.now());
  for (const arn of managedPolicyArns) user.attachedPolicies.add(arn);
  account.users.add(user);
  const { accessKeyId, secretAccessKey } = aws.credentials.createKey(accountId, user, aws.clock.now(), key);
  return { accessKeyId, secretAccessKey };
}

/** Makes an account outside of the organization, with an administrator's key. */
export function seedOutsider(aws: LocalAws, id: string, name: string): KeyPair {
  aws.organization.addOutsider(id, name);
  return seedUser(aws, id, ADMINISTRATOR, [ADMINISTRATOR_ACCESS]);
}

/** Makes a member account with the role that AWS Organizations makes in every one. */
export function addMemberAccount(aws: LocalAws, id: string, name: string, unit: string): void {
  const account = aws.organization.addAccount(id, name, unit);
  const role = newRole(account, "OrganizationAccountAccessRole", "/", aws.clock.now());
  role.trustPolicy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root` }, Action: "sts:AssumeRole" },
    ],
  });
  role.attachedPolicies.add(ADMINISTRATOR_ACCESS);
  account.roles.add(role);
}
