/** Calls that the thief of a key would make, made by the canaries. */

import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  GetAccountSummaryCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type STSClient,
} from "@aws-sdk/client-sts";

import { isAccessDenied } from "../../aws/error-words.ts";
import { type Credentials, iamFor, stsFor } from "../../login/developer-clients.ts";
import type { LiveLine } from "../../results/verify.ts";
import type { Attempted, Canary } from "./plan.ts";
import { settled } from "./users.ts";

/** AWS's answer: whether it allowed the call. The response itself is not kept, since it may have credentials. */
export type Answer = Pick<LiveLine, "got" | "words">;

interface Clients {
  iam: IAMClient;
  sts: STSClient;
}

const calls: Record<string, (clients: Clients, attempted: Attempted, userName: string) => Promise<unknown>> = {
  "iam:GetAccountSummary": ({ iam }) => iam.send(new GetAccountSummaryCommand({})),
  "iam:ListUsers": ({ iam }) => iam.send(new ListUsersCommand({ MaxItems: 1 })),
  "iam:ListRoles": ({ iam }) => iam.send(new ListRolesCommand({ MaxItems: 1 })),
  "iam:GetUser": ({ iam }) => iam.send(new GetUserCommand({})),
  "iam:ListAccessKeys": ({ iam }, { resource }) =>
    iam.send(new ListAccessKeysCommand({ UserName: resource.replace(/^.*\//, "") })),
  "iam:CreateAccessKey": ({ iam }, _, UserName) => iam.send(new CreateAccessKeyCommand({ UserName })),
  "iam:AttachUserPolicy": ({ iam }, _, UserName) =>
    iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: "arn:aws:iam::aws:policy/AWSDenyAll" })),
  "sts:AssumeRole": ({ sts }, { resource, sessionName = "mfa-admin-canary" }) =>
    sts.send(new AssumeRoleCommand({ RoleArn: resource, RoleSessionName: sessionName, DurationSeconds: 900 })),
};

/**
 * Makes all calls of a canary, by its key and by a session without MFA, one after the other.
 *
 * @throws any error of AWS that is no refusal
 */
export async function tryAll(canary: Canary, key: Credentials, signal: AbortSignal): Promise<LiveLine[]> {
  const byKey = { iam: await iamFor(key), sts: await stsFor(key) };
  await settled(() => byKey.sts.send(new GetCallerIdentityCommand({})), isUnknownKey, signal);
  const lines: LiveLine[] = [];
  const attempt = async (clients: Clients, credentials: LiveLine["credentials"], one: Attempted): Promise<void> => {
    const { got, words } = await settled(
      async () => told(one, canary, await answerTo(() => call(clients, one, canary.userName))),
      (error) => error instanceof Early || isUnknownKey(error),
      signal,
    );
    const { account, who } = canary;
    const { action, resource, expected } = one;
    lines.push({ account, who, credentials, action, resource, expected, got, words, holds: got === expected });
  };
  const session = await sessionOf(byKey.sts);
  for (const one of canary.tried) {
    if (one.bySession && session !== undefined) await attempt(session, "session without MFA", one);
    await attempt(byKey, "access key", one);
  }
  return lines;
}

function call(clients: Clients, attempted: Attempted, userName: string): Promise<unknown> {
  const make = calls[attempted.action];
  if (make === undefined) throw new Error(`Nothing is known of how ${attempted.action} is tried.`);
  return make(clients, attempted, userName);
}

/** Whether AWS does not know a new key yet: each service learns of it at its own time. */
const isUnknownKey = (error: unknown): boolean => error instanceof Error && error.name === "InvalidClientTokenId";

/** The canary's policy is not in force yet. */
class Early extends Error {
  override readonly name = "NotInForceYet";
}

/** The clients of a GetSessionToken session of the key; undefined where AWS gives none without MFA. */
async function sessionOf(sts: STSClient): Promise<Clients | undefined> {
  try {
    const { Credentials: given } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = given ?? {};
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return { iam: await iamFor(session), sts: await stsFor(session) };
  } catch (error) {
    if (isAccessDenied(error)) return undefined;
    throw error;
  }
}

async function answerTo(make: () => Promise<unknown>): Promise<Answer> {
  try {
    await make();
    return { got: "allowed", words: "AWS did it." };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return { got: "denied", words: error.message };
  }
}

/**
 * An answer, if it proves something.
 *
 * @throws Early for a denial of a call that should succeed, or an implicit denial of one that the canary's policy allows: the policy is
 *   not in force yet
 */
export function told(
  { action, expected }: Pick<Attempted, "action" | "expected">,
  { allowed }: Pick<Canary, "allowed">,
  answer: Answer,
): Answer {
  if (answer.got === "allowed") return answer;
  const isGiven = allowed.some(({ Action = [] }) => [Action].flat().includes(action));
  const isForWant = /because no identity-based policy allows/.test(answer.words);
  if (expected === "allowed" || (isGiven && isForWant)) {
    throw new Early(`what the canary was given is not in force after a minute: ${answer.words}`);
  }
  return answer;
}
