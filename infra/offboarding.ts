import {
  DeleteLoginProfileCommand,
  DeleteRolePolicyCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  ListServiceSpecificCredentialsCommand,
  NoSuchEntityException,
  paginateListAttachedRolePolicies,
  paginateListAttachedUserPolicies,
  paginateListGroupsForUser,
  paginateListInstanceProfilesForRole,
  paginateListRolePolicies,
  paginateListSigningCertificates,
  paginateListSSHPublicKeys,
  paginateListUserPolicies,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";

import { accessKeysOf, removeAccessKey } from "./access-keys.ts";
import { unlessGone } from "./gone.ts";
import { mfaDevicesOf, removeMfaDevice } from "./mfa-devices.ts";
import { denyEverything } from "./policies.ts";

/**
 * Off-boarding: removes everything for which IAM would refuse to delete a user or a role, in an order in which access ends with the first
 * call. It runs before every deletion (as a resource hook) and as the first step of `mfa-admin remove-developer`.
 */

/** The name that IAM's console gives to its own revocation of sessions, used here so that it is understood there. */
export const revocationPolicy = "AWSRevokeOlderSessions";

/** A part of a cut-off that failed. */
export interface CutOffFailure {
  /** What is still there, such as "the access keys". */
  part: string;
  /** AWS's error. */
  reason: string;
}

const openClientSessions = "sessions that are open";

export interface CutOffResult {
  /** False when the account has no such user (any more). */
  found: boolean;
  accessKeys: number;
  password: boolean;
  mfaDevices: number;
  failed: CutOffFailure[];
}

/**
 * Ends every access of a user: first by a policy that denies everything, which also stops existing sessions, then by deleting the
 * credentials. Each part is tried even if others fail. Repeating it is safe, and a user who is gone already is no error.
 */
export async function cutOffUser(iam: IAMClient, userName: string): Promise<CutOffResult> {
  const failed: CutOffFailure[] = [];
  let gone = 0;
  const attempt = async <T>(part: string, nothing: T, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (error instanceof NoSuchEntityException) gone++;
      else failed.push({ part, reason: reasonOf(error) });
      return nothing;
    }
  };
  const denied = await attempt(openClientSessions, false, () => denyUser(iam, userName));
  const [accessKeys, password, mfaDevices] = await Promise.all([
    attempt("access keys", 0, () => deleteAccessKeys(iam, userName)),
    attempt("the password", false, () => deletePassword(iam, userName)),
    attempt("MFA devices", 0, () => deleteMfaDevices(iam, userName)),
    attempt("other credentials", undefined, () => deleteOtherCredentials(iam, userName)),
    // Without the policy, the user's sessions stay valid; without policies and groups they have no permissions.
    ...(denied ? [] : [attempt("rights of the user", undefined, () => takeRightsAway(iam, userName))]),
  ]);
  return { found: gone === 0 || failed.length > 0, accessKeys, password, mfaDevices, failed };
}

async function denyUser(iam: IAMClient, userName: string): Promise<boolean> {
  await iam.send(
    new PutUserPolicyCommand({
      UserName: userName,
      PolicyName: revocationPolicy,
      PolicyDocument: JSON.stringify(denyEverything()),
    }),
  );
  return true;
}

/** The name and the message of AWS's error. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Takes a user out of all groups, and removes all policies but the one that denies everything. */
async function takeRightsAway(iam: IAMClient, userName: string): Promise<void> {
  for await (const { Groups } of paginateListGroupsForUser({ client: iam }, { UserName: userName })) {
    for (const { GroupName } of Groups ?? []) {
      await unlessGone(iam.send(new RemoveUserFromGroupCommand({ UserName: userName, GroupName })));
    }
  }
  for await (const { AttachedPolicies } of paginateListAttachedUserPolicies({ client: iam }, { UserName: userName })) {
    for (const { PolicyArn } of AttachedPolicies ?? []) {
      await unlessGone(iam.send(new DetachUserPolicyCommand({ UserName: userName, PolicyArn })));
    }
  }
  const names: string[] = [];
  for await (const page of paginateListUserPolicies({ client: iam }, { UserName: userName })) {
    names.push(...(page.PolicyNames ?? []));
  }
  for (const PolicyName of names.filter((name) => name !== revocationPolicy)) {
    await unlessGone(iam.send(new DeleteUserPolicyCommand({ UserName: userName, PolicyName })));
  }
}

/**
 * Removes everything of a user for which IAM would refuse the deletion, the policy that denies everything last. A failure to put that
 * policy is ignored: a deleted user needs none.
 */
export async function emptyUser(iam: IAMClient, userName: string): Promise<void> {
  const { found, failed } = await cutOffUser(iam, userName);
  if (!found) return;
  const left = failed.filter(({ part }) => part !== openClientSessions);
  // The policy stays as long as there is anything for it to deny.
  if (left.length > 0) throw new Error(left.map(({ part, reason }) => `${userName}: ${part}: ${reason}`).join("; "));
  await takeRightsAway(iam, userName);
  await unlessGone(iam.send(new DeleteUserPolicyCommand({ UserName: userName, PolicyName: revocationPolicy })));
}

/** Deletes a user with everything that it has; access ends with the first call. A user who is gone is no error. */
export async function deleteUser(iam: IAMClient, userName: string): Promise<void> {
  await emptyUser(iam, userName);
  await unlessGone(iam.send(new DeleteUserCommand({ UserName: userName })));
}

/** Ends the sessions of a role. False when the account has no such role (any more). */
export async function revokeRoleSessions(iam: IAMClient, roleName: string): Promise<boolean> {
  try {
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: roleName,
        PolicyName: revocationPolicy,
        PolicyDocument: JSON.stringify(denyEverything()),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
}

/** Removes everything of a role for which IAM would refuse the deletion. Its sessions can do nothing from the first call on. */
export async function emptyRole(iam: IAMClient, roleName: string): Promise<void> {
  try {
    if (!(await revokeRoleSessions(iam, roleName))) return;
  } catch (error) {
    // The role's inline policies may be full, or a service control policy may forbid them. The role is emptied and deleted all the same,
    // which leaves its sessions without permissions.
    if (!(error instanceof Error) || !/^(LimitExceeded|AccessDenied)/.test(error.name)) throw error;
  }
  for await (const page of paginateListInstanceProfilesForRole({ client: iam }, { RoleName: roleName })) {
    for (const { InstanceProfileName } of page.InstanceProfiles ?? []) {
      await unlessGone(iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName: roleName, InstanceProfileName })));
    }
  }
  for await (const { AttachedPolicies } of paginateListAttachedRolePolicies({ client: iam }, { RoleName: roleName })) {
    for (const { PolicyArn } of AttachedPolicies ?? []) {
      await unlessGone(iam.send(new DetachRolePolicyCommand({ RoleName: roleName, PolicyArn })));
    }
  }
  const names: string[] = [];
  for await (const page of paginateListRolePolicies({ client: iam }, { RoleName: roleName })) {
    names.push(...(page.PolicyNames ?? []));
  }
  for (const PolicyName of revocationLast(names)) {
    await unlessGone(iam.send(new DeleteRolePolicyCommand({ RoleName: roleName, PolicyName })));
  }
}

/** Removes each of the things, even if others fail. @throws the first failure */
async function inTurn<T>(things: T[], take: (thing: T) => Promise<unknown>): Promise<void> {
  const refusals: unknown[] = [];
  for (const thing of things) await take(thing).catch((error: unknown) => refusals.push(error));
  if (refusals.length > 0) throw refusals[0];
}

async function deleteAccessKeys(iam: IAMClient, userName: string): Promise<number> {
  const keys = await accessKeysOf(iam, userName);
  await inTurn(keys, ({ AccessKeyId: id = "" }) => removeAccessKey(iam, userName, id));
  return keys.length;
}

async function deletePassword(iam: IAMClient, userName: string): Promise<boolean> {
  return unlessGone(iam.send(new DeleteLoginProfileCommand({ UserName: userName })));
}

async function deleteMfaDevices(iam: IAMClient, userName: string): Promise<number> {
  const devices = await mfaDevicesOf(iam, userName);
  await inTurn(devices, (device) => removeMfaDevice(iam, userName, device));
  return devices.length;
}

/** Deletes credentials that the developers' policy allows nobody to make, but an administrator may have made by hand. */
async function deleteOtherCredentials(iam: IAMClient, userName: string): Promise<void> {
  const user = { UserName: userName };
  for await (const { Certificates } of paginateListSigningCertificates({ client: iam }, user)) {
    for (const { CertificateId } of Certificates ?? []) {
      await unlessGone(iam.send(new DeleteSigningCertificateCommand({ ...user, CertificateId })));
    }
  }
  for await (const { SSHPublicKeys } of paginateListSSHPublicKeys({ client: iam }, user)) {
    for (const { SSHPublicKeyId } of SSHPublicKeys ?? []) {
      await unlessGone(iam.send(new DeleteSSHPublicKeyCommand({ ...user, SSHPublicKeyId })));
    }
  }
  const { ServiceSpecificCredentials } = await iam.send(new ListServiceSpecificCredentialsCommand(user));
  for (const { ServiceSpecificCredentialId } of ServiceSpecificCredentials ?? []) {
    await unlessGone(iam.send(new DeleteServiceSpecificCredentialCommand({ ...user, ServiceSpecificCredentialId })));
  }
}

function revocationLast(names: string[]): string[] {
  return [...names.filter((name) => name !== revocationPolicy), ...names.filter((name) => name === revocationPolicy)];
}
