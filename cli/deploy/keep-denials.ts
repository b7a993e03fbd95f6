import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  type IAMClient,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

import { accountIdIn, developersGroup, roleNameOf } from "../../infra/names.ts";
import { unlessGone } from "../../infra/gone.ts";
import { onlyDenies } from "../../infra/policy-documents.ts";
import type { Settings } from "../../infra/settings.ts";
import { clients } from "../aws/cut-off.ts";
import type { Identity } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import type { Change } from "../engine/changes.ts";
import type { RunResult } from "../engine/runs.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import type { StackBefore } from "../preview/guards.ts";
import { denyingIn, developersBy } from "./denials.ts";

interface Kept {
  look: Pick<Look, "identities">;
  settings: Settings;
  held: StackBefore["held"];
}

/**
 * Puts back, on every user, role and group that a run has changed or made anew, what only denies there: the end of sessions, a
 * quarantine, a block. The engine writes a resource's policies as a whole, and knows of those alone that are the stack's.
 */
export async function keepingDenials(kept: Kept, run: () => Promise<RunResult>): Promise<RunResult> {
  try {
    const result = await run();
    await putBack(kept, result.changes);
    return result;
  } catch (error) {
    if (error instanceof IncompleteRun) await putBack(kept, error.record.changes);
    throw error;
  }
}

async function putBack({ look, settings, held }: Kept, changes: Change[]): Promise<void> {
  const iam = clients(settings);
  const developerOf = developersBy(settings, held);
  for (const [account, identities] of look.identities) {
    const { isDenying, groups } = denyingIn(identities);
    const id = accountIdIn(settings, account);
    for (const identity of identities) {
      const name = nameNow(account, identity, developerOf, settings);
      const isChanged = changes.some(
        (change) =>
          change.operation !== "delete" &&
          change.account === account &&
          change.type === identity.type &&
          change.name === name,
      );
      if (name === undefined || !isChanged) continue;
      for (const part of parts(iam(id), only(identity, name, groups), isDenying)) await unlessGone(part());
    }
  }
}

/** The same identity by its name now, with those of its groups that only deny. */
function only(identity: Identity, name: string, denyingGroups: Set<string>): Identity {
  return { ...identity, name, groups: identity.groups.filter((group) => denyingGroups.has(group)) };
}

/** A role may be another one by now, under another prefix: it is the same developer's. */
function nameNow(
  account: string,
  { type, name }: Identity,
  developerOf: ReturnType<typeof developersBy>,
  settings: Settings,
): string | undefined {
  if (type === "group") return account === "auth" && name === developersGroup ? name : undefined;
  const developer = developerOf(account, { type, name });
  return developer !== undefined && type === "role" ? roleNameOf(settings, developer) : developer;
}

function parts(iam: IAMClient, identity: Identity, isDenying: (arn: string) => boolean): (() => Promise<unknown>)[] {
  const { type, name, managedPolicies, inlinePolicies, groups, boundary } = identity;
  const isBounded = boundary !== undefined && isDenying(boundary);
  const inline = inlinePolicies
    .filter(({ document }) => onlyDenies(document))
    .map((policy) => ({ PolicyName: policy.name, PolicyDocument: JSON.stringify(policy.document) }));
  const managed = managedPolicies.filter(isDenying).map((PolicyArn) => ({ PolicyArn }));
  if (type === "user") {
    const user = { UserName: name };
    return [
      ...(isBounded
        ? [() => iam.send(new PutUserPermissionsBoundaryCommand({ ...user, PermissionsBoundary: boundary }))]
        : []),
      ...inline.map((policy) => () => iam.send(new PutUserPolicyCommand({ ...user, ...policy }))),
      ...managed.map((policy) => () => iam.send(new AttachUserPolicyCommand({ ...user, ...policy }))),
      ...groups.map((GroupName) => () => iam.send(new AddUserToGroupCommand({ ...user, GroupName }))),
    ];
  }
  if (type === "group") {
    const group = { GroupName: name };
    return [
      ...inline.map((policy) => () => iam.send(new PutGroupPolicyCommand({ ...group, ...policy }))),
      ...managed.map((policy) => () => iam.send(new AttachGroupPolicyCommand({ ...group, ...policy }))),
    ];
  }
  const role = { RoleName: name };
  return [
    ...(isBounded
      ? [() => iam.send(new PutRolePermissionsBoundaryCommand({ ...role, PermissionsBoundary: boundary }))]
      : []),
    ...inline.map((policy) => () => iam.send(new PutRolePolicyCommand({ ...role, ...policy }))),
    ...managed.map((policy) => () => iam.send(new AttachRolePolicyCommand({ ...role, ...policy }))),
  ];
}
