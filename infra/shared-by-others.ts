import {
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  type IAMClient,
  paginateGetGroup,
  paginateListEntitiesForPolicy,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";

import { ifThere, unlessGone } from "./gone.ts";
import { canaryPrefix, isCanaryUser } from "./names.ts";
import { deleteUser } from "./offboarding.ts";

/**
 * Removes what others have added to a group or attached to a policy of the stack, for which IAM would refuse to delete it (IAM API
 * Reference, "DeleteGroup" and "DeletePolicy": DeleteConflict).
 */

/** Removes every user who is left in the group. A canary that an interrupted `verify --live` has left is deleted. */
export async function emptyGroup(iam: IAMClient, groupName: string): Promise<void> {
  const pages = await all(paginateGetGroup({ client: iam }, { GroupName: groupName }));
  for (const { UserName = "" } of pages.flatMap(({ Users }) => Users ?? [])) {
    if (await isCanary(iam, UserName)) {
      await deleteUser(iam, UserName);
    } else {
      await unlessGone(iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName: groupName })));
    }
  }
}

/** Collects all pages before anything is deleted: deleting while listing would skip entries. */
async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const page of pages) list.push(page);
  return list;
}

/** The user's tags are read here, since the list of a group's users has none. */
async function isCanary(iam: IAMClient, UserName: string): Promise<boolean> {
  if (!UserName.startsWith(canaryPrefix)) return false;
  const answer = await ifThere(iam.send(new GetUserCommand({ UserName })), undefined);
  return isCanaryUser(
    UserName,
    (answer?.User?.Tags ?? []).map(({ Key = "" }) => Key),
  );
}

/** Detaches a managed policy from every user, group and role. */
export async function detachPolicy(iam: IAMClient, policyArn: string): Promise<void> {
  const PolicyArn = policyArn;
  for (const page of await all(paginateListEntitiesForPolicy({ client: iam }, { PolicyArn }))) {
    for (const { UserName } of page.PolicyUsers ?? []) {
      await unlessGone(iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })));
    }
    for (const { GroupName } of page.PolicyGroups ?? []) {
      await unlessGone(iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })));
    }
    for (const { RoleName } of page.PolicyRoles ?? []) {
      await unlessGone(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
    }
  }
}
