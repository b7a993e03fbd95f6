import {
  DeleteGroupPolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
  PutRolePermissionsBoundaryCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";

import { unlessGone } from "../../infra/gone.ts";
import { accountIdIn, policyArnIn, trustPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { clientsIn } from "./clients.ts";
import { doEach } from "./do-each.ts";

/** An identity and its parts that only deny: managed policies and boundaries by ARN, inline policies and groups by name. */
export interface DeniedResource {
  account: string;
  type: string;
  name: string;
  policies: string[];
}

/**
 * Removes what only denies from users, roles and the group. No run of the engine removes it, since the state does not have it. Each
 * part is tried even where others fail.
 *
 * @throws the error of the first part that failed
 */
export async function liftDenials(settings: Settings, resources: DeniedResource[]): Promise<void> {
  const iam = clientsIn(settings);
  const parts = resources.flatMap(({ account, type, name, policies }) => {
    const client = iam(accountIdIn(settings, account));
    // A role's trust policy is restored elsewhere.
    const taken = policies.filter((policy) => policy !== trustPolicyName);
    const { permissionsBoundary } = settings;
    const boundary =
      type !== "role" || permissionsBoundary === undefined
        ? undefined
        : policyArnIn(accountIdIn(settings, account), permissionsBoundary);
    return taken.map((policy) => () => lift(client, { type, name, policy, boundary }));
  });
  await doEach(parts);
}

interface Lifted {
  type: string;
  name: string;
  policy: string;
  /** The boundary that the settings give to a role. */
  boundary: string | undefined;
}

async function lift(iam: IAMClient, { type, name, policy, boundary }: Lifted): Promise<void> {
  if (type === "user") return liftFromUser(iam, name, policy);
  if (type === "group") {
    const group = { GroupName: name };
    await unlessGone(
      policy.startsWith("arn:")
        ? iam.send(new DetachGroupPolicyCommand({ ...group, PolicyArn: policy }))
        : iam.send(new DeleteGroupPolicyCommand({ ...group, PolicyName: policy })),
    );
    return;
  }
  const role = { RoleName: name };
  if (!policy.startsWith("arn:")) {
    await unlessGone(iam.send(new DeleteRolePolicyCommand({ ...role, PolicyName: policy })));
    return;
  }
  await unlessGone(iam.send(new DetachRolePolicyCommand({ ...role, PolicyArn: policy })));
  const { Role } = await iam.send(new GetRoleCommand(role));
  const isBoundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn === policy;
  if (!isBoundary) return;
  await unlessGone(
    boundary === undefined
      ? iam.send(new DeleteRolePermissionsBoundaryCommand(role))
      : iam.send(new PutRolePermissionsBoundaryCommand({ ...role, PermissionsBoundary: boundary })),
  );
}

/** Removes a part from a user. A name may be an inline policy's, or that of a group which only denies. */
async function liftFromUser(iam: IAMClient, name: string, policy: string): Promise<void> {
  const user = { UserName: name };
  if (!policy.startsWith("arn:")) {
    await unlessGone(iam.send(new DeleteUserPolicyCommand({ ...user, PolicyName: policy })));
    await unlessGone(iam.send(new RemoveUserFromGroupCommand({ ...user, GroupName: policy })));
    return;
  }
  await unlessGone(iam.send(new DetachUserPolicyCommand({ ...user, PolicyArn: policy })));
  const { User } = await iam.send(new GetUserCommand(user));
  const isBoundary = User?.PermissionsBoundary?.PermissionsBoundaryArn === policy;
  if (isBoundary) await unlessGone(iam.send(new DeleteUserPermissionsBoundaryCommand(user)));
}
