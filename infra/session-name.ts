/** The names of the access roles' sessions, which tell in other accounts' CloudTrail who ran a command. */

import { userInfo } from "node:os";

import { callerCredentials } from "./caller.ts";
import { requestHandler } from "./network.ts";
import { region } from "./region.ts";
import { stsPatience } from "./unanswered.ts";

/**
 * The prefix of every name, and the whole name in the inputs of providers. These are a part of the state: with a person's name in it, every
 * run by somebody else would find a difference. The sessions that plain Pulumi opens are called just that.
 */
export const accessSessionName = "mfa-admin";

/** The longest role session name (AWS STS API Reference, "AssumeRole"). */
const longest = 64;

/**
 * The name of a person's session: "mfa-admin-alice". Characters that AWS does not take in it become hyphens.
 *
 * @param by a person or a job, as {@link runBy} has it
 */
export function sessionNameOf(by: string): string {
  const [person = "", ...job] = plain(by).split(",");
  // A long name is cut before the job's run number, which tells more.
  const rest = job.map((part) => `,${part}`).join("");
  const name = `${accessSessionName}-${person}`.slice(0, Math.max(longest - rest.length, 0)) + rest;
  return name.slice(0, longest).replace(/-+$/, "");
}

const plain = (text: string): string => text.replace(/[^\w+=,.@-]+/g, "-").replace(/^-+|-+$/g, "");

/** The person in a session's name: "alice" of "mfa-admin-alice". Empty for those that the engine has opened itself, undefined for any other name. */
export function runnerOf(sessionName: string): string | undefined {
  if (sessionName === accessSessionName) return "";
  return sessionName.startsWith(`${accessSessionName}-`) ? sessionName.slice(accessSessionName.length + 1) : undefined;
}

/**
 * The GitHub Actions job that this process runs in, with the person who started it: "octocat,run-123" (GitHub Docs, "Variables reference").
 */
export function jobIn(environment: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_ACTIONS, GITHUB_TRIGGERING_ACTOR, GITHUB_ACTOR, GITHUB_RUN_ID } = environment;
  if (GITHUB_ACTIONS !== "true" || !GITHUB_RUN_ID) return undefined;
  return `${GITHUB_TRIGGERING_ACTOR || GITHUB_ACTOR || "github"},run-${GITHUB_RUN_ID}`;
}

/** The last part of a caller's ARN: "root", a user's name, or a session's name, which with IAM Identity Center is the person's. */
export function personIn(arn: string): string | undefined {
  return /^arn:[\w-]+:(?:iam|sts)::\d{12}:(?:root|(?:user|assumed-role|federated-user)\/.+)$/.test(arn)
    ? arn.replace(/^.*[:/]/, "")
    : undefined;
}

let asked: Promise<string | undefined> | undefined;

/** Keeps the answer to a GetCallerIdentity that was made anyway, so that {@link runBy} need not ask. */
export function noteCaller(answer: Promise<{ Arn?: string | undefined }>): void {
  asked = answer.then(
    ({ Arn }) => Arn,
    () => undefined,
  );
}

/** The name of the caller: the job in CI, else the person in the credentials' ARN, else this machine's user. AWS is asked once. */
export async function runBy(): Promise<string> {
  const job = jobIn(process.env);
  if (job !== undefined) return job;
  if (asked === undefined) noteCaller(caller());
  return personIn((await asked) ?? "") ?? userOfMachine();
}

async function caller(): Promise<{ Arn?: string | undefined }> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  // A problem with the credentials is reported by the call that they are used for.
  const client = new STSClient({
    region,
    credentials: callerCredentials(),
    requestHandler: requestHandler(stsPatience),
    maxAttempts: 1,
  });
  return client.send(new GetCallerIdentityCommand({}));
}

function userOfMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

/** The session name of this run. */
export async function accessSession(): Promise<string> {
  return sessionNameOf(await runBy());
}
