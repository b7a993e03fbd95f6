import * as pulumi from "@pulumi/pulumi";
import pLimit from "p-limit";

import { isHalfMade, isTransient } from "./errors.ts";
import { accountsLost, sharedAccess } from "./shared-access.ts";
import { deletionHooks } from "./names.ts";

/** Deletion hooks carry a fixed name: the engine finds them by it when the resource is no longer in the program. */

/**
 * Retries errors that pass: throttling, overlapping changes, internal errors, and a trust policy that names a user whom IAM does not know
 * everywhere yet. Everything else fails at once. So does a creation that was broken off: the resource exists then, and the next run updates
 * it.
 */
export function retryTransientErrors(): pulumi.ErrorHook {
  return new pulumi.ErrorHook("mfa-admin:retry-transient-errors", async ({ errors, failedOperation }) => {
    const [latest = ""] = errors;
    if (errors.length >= attempts || !isTransient(latest)) return false;
    if (failedOperation === "create" && isHalfMade(latest)) return false;
    await pause(delay(errors.length));
    return true;
  });
}

/** Attempts of one operation: with the delays below, about a minute and a half altogether. */
const attempts = 10;

/** Milliseconds before attempt `n + 1`: doubling from half a second to 15 seconds, with jitter so that users' operations spread out. */
function delay(n: number): number {
  return Math.min(15_000, 500 * 2 ** (n - 1)) * (0.75 + Math.random() / 2);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Emptying a user or a role takes a dozen calls of IAM, which throttles early; the engine alone would run more deletions at once. */
const limit = pLimit(16);

/** Empties a user before the engine deletes it, so that an edited roster and `up` are enough to remove a developer. */
export function emptyUserBeforeDelete(accessRole: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(deletionHooks["aws-native:iam:User"], async ({ id, oldOutputs }) => {
    const { emptyUser } = await import("./offboarding.ts");
    await limit(async () => emptyUser(await iamOf(oldOutputs, accessRole), id));
  });
}

/**
 * The same for a user of the shared role. The user's sessions in the accounts end as soon as the user can make no more of them, and before
 * the user is deleted.
 *
 * @param units ids of the organizational units that have the role
 */
export function endSharedSessionsBeforeDelete(accessRole: string, units: string[]): pulumi.ResourceHook {
  return new pulumi.ResourceHook(deletionHooks["aws-native:iam:User"], async ({ id, oldInputs, oldOutputs }) => {
    const [{ cutOffUser, emptyUser }, { endSharedSessions }] = await Promise.all([
      import("./offboarding.ts"),
      import("./end-shared-sessions.ts"),
    ]);
    const iam = await iamOf(oldOutputs, accessRole);
    const { roleName, accounts } = sharedAccess(oldInputs);
    if (roleName !== undefined && accounts !== undefined) {
      await cutOffUser(iam, id);
      await endSharedSessions({ roleName, userNames: [id] }, units, endMargin);
    }
    await limit(() => emptyUser(iam, id));
  });
}

/** Ends the sessions in accounts that a remaining developer loses, before the tags are removed by which they could make more. */
export function endSharedSessionsBeforeUpdate(units: string[]): pulumi.ResourceHook {
  return new pulumi.ResourceHook("mfa-admin:end-shared-sessions", async ({ id, oldInputs, newInputs }) => {
    const [was, is] = [sharedAccess(oldInputs), sharedAccess(newInputs)];
    const { roleName } = was;
    const lost = accountsLost(was.accounts, is.accounts);
    if (roleName === undefined || lost === undefined) return;
    const { endSharedSessions } = await import("./end-shared-sessions.ts");
    const whose = { roleName, userNames: [id], ...(lost !== "every" && { accounts: lost }) };
    await endSharedSessions(whose, units, untilUpdated);
  });
}

/** Milliseconds in which an update of a user's tags is done. Until then, the old tags let the user in. */
const untilUpdated = 120_000;

/**
 * Milliseconds for which STS may still accept what IAM has ended (IAM User Guide, "Changes that I make are not always immediately
 * visible").
 */
const endMargin = 5000;

/** Ends the sessions of a role and empties it before the engine deletes it. */
export function emptyRoleBeforeDelete(accessRole: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(deletionHooks["aws-native:iam:Role"], async ({ id, oldOutputs }) => {
    const { emptyRole } = await import("./offboarding.ts");
    await limit(async () => emptyRole(await iamOf(oldOutputs, accessRole), id));
  });
}

/** Removes all users from the group before the engine deletes it, including those whom others have added. */
export function emptyGroupBeforeDelete(accessRole: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(deletionHooks["aws-native:iam:Group"], async ({ id, oldOutputs }) => {
    const { emptyGroup } = await import("./shared-by-others.ts");
    await emptyGroup(await iamOf(oldOutputs, accessRole), id);
  });
}

/** Detaches the policy from everything that others have attached it to, before the engine deletes it. */
export function detachPolicyBeforeDelete(accessRole: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(deletionHooks["aws-native:iam:ManagedPolicy"], async ({ id }) => {
    const { detachPolicy } = await import("./shared-by-others.ts");
    await detachPolicy(await iamOf({ arn: id }, accessRole), id);
  });
}

/**
 * The program of a run that deletes everything: it registers the hooks and no resources. Resources that the settings name but AWS does not
 * have yet would become dependencies of those that exist, and the engine could not order the deletions.
 */
export function registerHooks(accessRole: string): void {
  retryTransientErrors();
  emptyUserBeforeDelete(accessRole);
  emptyRoleBeforeDelete(accessRole);
  emptyGroupBeforeDelete(accessRole);
  detachPolicyBeforeDelete(accessRole);
}

/** A client for the account in the resource's ARN: the settings may no longer have the account. */
async function iamOf(outputs: Record<string, unknown> | undefined, accessRole: string) {
  const [, account] = /^arn:aws:iam::(\d{12}):/.exec(String(outputs?.["arn"])) ?? [];
  if (account === undefined) {
    throw new Error(`The state names no account for this resource: its ARN is ${JSON.stringify(outputs?.["arn"])}.`);
  }
  let client = clients.get(account);
  if (client === undefined) {
    const { iamClient } = await import("./iam-client.ts");
    client = iamClient(account, accessRole);
    clients.set(account, client);
  }
  return client;
}

const clients = new Map<string, import("@aws-sdk/client-iam").IAMClient>();
