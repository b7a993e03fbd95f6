import type { Account } from "../../model/account.ts";
import type { Group, Identity, ManagedPolicy, MfaDevice, Role, User } from "../../model/entities.ts";
import type { LocalAws } from "../../model/local-aws.ts";
import { shownTrustPolicy } from "../../model/trust-policy.ts";
import type { Output } from "../../protocols/protocol.ts";

/** The output form of IAM's entities. */

export const showTags = (tags: ReadonlyMap<string, string>): Output[] =>
  [...tags].map(([key, value]) => ({ Key: key, Value: value }));

export const showUser = (user: User): Output => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: user.created,
  PasswordLastUsed: user.passwordLastUsed,
  ...showBoundary(user.permissionsBoundary),
});

export const showGroup = (group: Group): Output => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: group.arn,
  CreateDate: group.created,
});

export const showRole = (aws: LocalAws, role: Role): Output => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.created,
  AssumeRolePolicyDocument: encodeURIComponent(shownTrustPolicy(aws, role.trustPolicy)),
  Description: role.description,
  MaxSessionDuration: role.maxSessionDuration,
  ...showBoundary(role.permissionsBoundary),
});

/** A role's last use; empty where it was never used. */
export const showLastUsed = ({ lastUsed }: Role): Output =>
  lastUsed === undefined ? {} : { LastUsedDate: lastUsed, Region: "us-east-1" };

export const showPolicy = (account: Account, policy: ManagedPolicy): Output => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  Description: policy.description,
  DefaultVersionId: policy.defaultVersionId,
  AttachmentCount: account.attachmentCount(policy.arn),
  PermissionsBoundaryUsageCount: account.boundaryUsage(policy.arn),
  IsAttachable: true,
  CreateDate: policy.created,
  UpdateDate: policy.updated,
});

export const showAttachedPolicies = (identity: Identity): Output[] =>
  [...identity.attachedPolicies].map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn }));

export const showDevice = (device: MfaDevice): Output => ({
  UserName: device.enabled?.user.name,
  SerialNumber: device.serialNumber,
  EnableDate: device.enabled?.date,
});

function showBoundary(arn: string | undefined): Output {
  return arn === undefined
    ? {}
    : { PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn } };
}
