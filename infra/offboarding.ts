import {
  DeleteLoginProfileCommand,
  DeleteRolePolicyCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
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
 * Off-boarding: what must be gone before IAM lets go of a user or a role, in an order in which access ends with the
 * first call. It runs before every deletion (as a resource hook) and first of all in `mfa-admin remove-developer`.
 */

/** The name that IAM's console gives to its revocation of sessions; ours carries it, too, so that it is understood there. */
const revocationPolicy = "AWSRevokeOlderSessions";

export interface CutOff {
  /** False when the account has no such user (any more). */
  found: boolean;
  accessKeys: number;
  password: boolean;
  mfaDevices: number;
}

/**
 * Ends every access of a user: first a policy that denies everything, which also stops sessions made before, then the
 * credentials themselves. Safe to repeat; a user who is gone already is no error.
 */
export async function cutOffUser(iam: IAMClient, userName: string): Promise<CutOff> {
  try {
    await iam.send(
      new PutUserPolicyCommand({
        UserName: userName,
        PolicyName: revocationPolicy,
        PolicyDocument: JSON.stringify(denyEverything()),
      }),
    );
    const [accessKeys, password, mfaDevices] = await Promise.all([
      deleteAccessKeys(iam, userName),
      deletePassword(iam, userName),
      deleteMfaDevices(iam, userName),
      deleteOtherCredentials(iam, userName),
    ]);
    return { found: true, accessKeys, password, mfaDevices };
  } catch (error) {
    if (error instanceof NoSuchEntityException) return { found: false, accessKeys: 0, password: false, mfaDevices: 0 };
    throw error;
  }
}

/** Leaves nothing of a user that IAM would refuse to delete it for, the policy that denies everything last. */
export async function emptyUser(iam: IAMClient, userName: string): Promise<void> {
  const { found } = await cutOffUser(iam, userName);
  if (!found) return;
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
  for (const PolicyName of revocationLast(names)) {
    await unlessGone(iam.send(new DeleteUserPolicyCommand({ UserName: userName, PolicyName })));
  }
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

/** Takes back what {@link cutOffUser} has put on a user who stays after all. */
export async function letUserBack(iam: IAMClient, userName: string): Promise<void> {
  await unlessGone(iam.send(new DeleteUserPolicyCommand({ UserName: userName, PolicyName: revocationPolicy })));
}

/** Takes back what {@link revokeRoleSessions} has put on a role that stays after all. */
export async function letRoleBack(iam: IAMClient, roleName: string): Promise<void> {
  await unlessGone(iam.send(new DeleteRolePolicyCommand({ RoleName: roleName, PolicyName: revocationPolicy })));
}

/** Leaves nothing of a role that IAM would refuse to delete it for; its sessions can do nothing from the first call on. */
export async function emptyRole(iam: IAMClient, roleName: string): Promise<void> {
  if (!(await revokeRoleSessions(iam, roleName))) return;
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

async function deleteAccessKeys(iam: IAMClient, userName: string): Promise<number> {
  const keys = await accessKeysOf(iam, userName);
  for (const { AccessKeyId: id = "" } of keys) await removeAccessKey(iam, userName, id);
  return keys.length;
}

async function deletePassword(iam: IAMClient, userName: string): Promise<boolean> {
  return unlessGone(iam.send(new DeleteLoginProfileCommand({ UserName: userName })));
}

async function deleteMfaDevices(iam: IAMClient, userName: string): Promise<number> {
  const devices = await mfaDevicesOf(iam, userName);
  for (const device of devices) await removeMfaDevice(iam, userName, device);
  return devices.length;
}

/** Credentials that the developer policy gives nobody, but an administrator may have made by hand. */
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
