import {
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

import { unlessGone } from "./gone.ts";
import { denyWhileLocked, type Lock, lockOf, type PolicyDocument } from "./policies.ts";

/** Locks on users and roles: an inline policy that denies everything. Nothing else of the user or the role is touched. */

/** The names of the inline policies: `one` locks somebody, `all` locks everybody. Each is put and taken off independently of the other. */
export const lockPolicies = { one: "mfa-admin-lock", all: "mfa-admin-lock-all" } as const;

export type LockKind = keyof typeof lockPolicies;

/** A user or a role. */
export interface Lockable {
  type: "user" | "role";
  name: string;
}

/**
 * Puts a lock, replacing one of the same kind. Where the identity's inline policies leave no room for its reason, it is put without.
 *
 * @returns whether the reason is left out; undefined when there is no such user or role
 */
export async function putLock(
  iam: IAMClient,
  lockable: Lockable,
  kind: LockKind,
  lock: Lock,
): Promise<{ withoutReason: boolean } | undefined> {
  const { reason, ...short } = lock;
  try {
    return (await put(iam, lockable, kind, denyWhileLocked(lock))) ? { withoutReason: false } : undefined;
  } catch (error) {
    if (reason === undefined || !(error instanceof Error) || !error.name.startsWith("LimitExceeded")) throw error;
    return (await put(iam, lockable, kind, denyWhileLocked(short))) ? { withoutReason: true } : undefined;
  }
}

function put(iam: IAMClient, { type, name }: Lockable, kind: LockKind, document: PolicyDocument): Promise<boolean> {
  const policy = { PolicyName: lockPolicies[kind], PolicyDocument: JSON.stringify(document) };
  return unlessGone(
    type === "user"
      ? iam.send(new PutUserPolicyCommand({ UserName: name, ...policy }))
      : iam.send(new PutRolePolicyCommand({ RoleName: name, ...policy })),
  );
}

/** Takes a lock off. */
export async function takeLockOff(iam: IAMClient, { type, name }: Lockable, kind: LockKind): Promise<void> {
  const PolicyName = lockPolicies[kind];
  await unlessGone(
    type === "user"
      ? iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName }))
      : iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName })),
  );
}

/** The lock in an inline policy, told by its name and its statements: somebody may have given another policy the name. */
export function lockIn({
  name,
  document,
}: {
  name: string;
  document: unknown;
}): (Lock & { kind: LockKind }) | undefined {
  const kind = name === lockPolicies.one ? "one" : name === lockPolicies.all ? "all" : undefined;
  const lock = kind === undefined ? undefined : lockOf(document);
  return kind === undefined || lock === undefined ? undefined : { ...lock, kind };
}

/** Whether a lock denies now: a lock whose `until` has passed has no effect. */
export function isInForce({ until }: Pick<Lock, "until">, now = Date.now()): boolean {
  return until === undefined || Date.parse(until) > now;
}
