import {
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  type IAMClient,
  NoSuchEntityException,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

import { unlessGone } from "./gone.ts";
import { revocationPolicy } from "./offboarding.ts";
import { denyOlderSessions, type PolicyStatement } from "./policies.ts";
import { spelledDocument } from "./policy-documents.ts";

/**
 * Ends the sessions of a user or a role that were made before a time, and nothing else: a later login works. A user who was cut off
 * altogether stays so.
 */

/** Ends a user's own sessions, of the console and of GetSessionToken. False when there is no such user. */
export async function endUserSessions(iam: IAMClient, UserName: string, before: Date): Promise<boolean> {
  const policy = { UserName, PolicyName: revocationPolicy };
  const PolicyDocument = JSON.stringify(denyOlderSessions(before));
  const current = iam.send(new GetUserPolicyCommand(policy));
  return replace(current, () => iam.send(new PutUserPolicyCommand({ ...policy, PolicyDocument })));
}

/** Ends the sessions of a role. False when the account has no such role. */
export async function endRoleSessions(iam: IAMClient, RoleName: string, before: Date): Promise<boolean> {
  const policy = { RoleName, PolicyName: revocationPolicy };
  const PolicyDocument = JSON.stringify(denyOlderSessions(before));
  const current = iam.send(new GetRolePolicyCommand(policy));
  return replace(current, () => iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument })));
}

/** Ends the sessions of either. False when there is no such user or role. */
export function endSessionsOn(
  iam: IAMClient,
  { type, name }: { type: "user" | "role"; name: string },
  before: Date,
): Promise<boolean> {
  return type === "user" ? endUserSessions(iam, name, before) : endRoleSessions(iam, name, before);
}

/**
 * Takes back a cut-off of a user who stays after all: credentials from before a time stay dead. A user who was not cut off is not changed.
 */
export async function letUserBack(iam: IAMClient, UserName: string, before: Date): Promise<void> {
  if (!(await isCutOff(iam, UserName))) return;
  const PolicyDocument = JSON.stringify(denyOlderSessions(before));
  await unlessGone(iam.send(new PutUserPolicyCommand({ UserName, PolicyName: revocationPolicy, PolicyDocument })));
}

/** The same for a role. */
export async function letRoleBack(iam: IAMClient, RoleName: string, before: Date): Promise<void> {
  const policy = { RoleName, PolicyName: revocationPolicy };
  if (!(await unconditional(iam.send(new GetRolePolicyCommand(policy))))) return;
  const PolicyDocument = JSON.stringify(denyOlderSessions(before));
  await unlessGone(iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument })));
}

/**
 * Puts the policy, unless the present one denies everything at any time, which must not be weakened. Where AWS does not let the present one
 * be read, it is replaced: a cut-off has deleted the credentials by then.
 */
async function replace(
  current: Promise<{ PolicyDocument?: string | undefined }>,
  put: () => Promise<unknown>,
): Promise<boolean> {
  if (await unconditional(current).catch(() => false)) return true;
  try {
    await put();
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
}

/** The time before which sessions must have been made for a policy to end them; undefined where it does not go by age. */
export function endedBefore(document: unknown): Date | undefined {
  const times = spelledDocument(document).Statement.map(
    ({ Condition }) => (Condition as PolicyStatement["Condition"])?.["DateLessThan"]?.["aws:TokenIssueTime"],
  );
  const [time] = times.filter((one) => typeof one === "string");
  return time === undefined || Number.isNaN(Date.parse(time)) ? undefined : new Date(time);
}

/** Whether a user was cut off altogether, so that no credential of theirs works. False when there is no such user. */
export function isCutOff(iam: IAMClient, UserName: string): Promise<boolean> {
  return unconditional(iam.send(new GetUserPolicyCommand({ UserName, PolicyName: revocationPolicy })));
}

async function unconditional(current: Promise<{ PolicyDocument?: string | undefined }>): Promise<boolean> {
  try {
    const { PolicyDocument = "" } = await current;
    return deniesEverything(parsed(decodeURIComponent(PolicyDocument)));
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
}

/** Whether a policy denies everything, by its statements: another policy may have been given the same name. */
export function deniesEverything(document: unknown): boolean {
  return spelledDocument(document).Statement.some(({ Effect, Action, Resource, Condition }) => {
    return (
      Effect === "Deny" && Condition === undefined && [Action, Resource].every((value) => [value].flat().includes("*"))
    );
  });
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}
