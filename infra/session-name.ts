/** What the sessions of the access roles are called, by which the trails of the other accounts name whoever ran something. */

import { userInfo } from "node:os";

import { requestHandler } from "./network.ts";
import { region } from "./region.ts";
import { stsPatience } from "./unanswered.ts";

/**
 * How every name begins; the engine's own sessions are called so and no more. Their name is an input of a provider, and so a part of the
 * state: with somebody's name in it, every run by somebody else would find a difference.
 */
export const accessSessionName = "mfa-admin";

/** How long a role session's name may be (AWS STS API Reference, "AssumeRole"). */
const longest = 64;

/**
 * The name of a session that somebody has opened: "mfa-admin-alice". What AWS takes in no such name becomes a hyphen.
 *
 * @param by a person or a job, as {@link runBy} has it
 */
export function sessionNameOf(by: string): string {
  const [person = "", ...job] = plain(by).split(",");
  // The number of a job's run tells more than the end of a long name.
  const rest = job.map((part) => `,${part}`).join("");
  const name = `${accessSessionName}-${person}`.slice(0, Math.max(longest - rest.length, 0)) + rest;
  return name.slice(0, longest).replace(/-+$/, "");
}

const plain = (text: string): string => text.replace(/[^\w+=,.@-]+/g, "-").replace(/^-+|-+$/g, "");

/** Whose session it is: "alice" of "mfa-admin-alice"; empty of the engine's own, and nothing of anybody else's. */
export function runnerOf(sessionName: string): string | undefined {
  if (sessionName === accessSessionName) return "";
  return sessionName.startsWith(`${accessSessionName}-`) ? sessionName.slice(accessSessionName.length + 1) : undefined;
}

/** The job of GitHub Actions that this is, with whoever has started it: "octocat,run-123" (GitHub Docs, "Variables reference"). */
export function jobIn(environment: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_ACTIONS, GITHUB_TRIGGERING_ACTOR, GITHUB_ACTOR, GITHUB_RUN_ID } = environment;
  if (GITHUB_ACTIONS !== "true" || !GITHUB_RUN_ID) return undefined;
  return `${GITHUB_TRIGGERING_ACTOR || GITHUB_ACTOR || "github"},run-${GITHUB_RUN_ID}`;
}

/** The last part of an ARN: a user's name, or that of a session, which is the person's with IAM Identity Center; "root". */
export function personIn(arn: string): string | undefined {
  return /^arn:[\w-]+:(?:iam|sts)::\d{12}:(?:root|(?:user|assumed-role|federated-user)\/.+)$/.test(arn)
    ? arn.replace(/^.*[:/]/, "")
    : undefined;
}

let asked: Promise<string | undefined> | undefined;

/** Notes what AWS says of whose credentials these are, where somebody asks in any case. */
export function noteCaller(answer: Promise<{ Arn?: string | undefined }>): void {
  asked = answer.then(
    ({ Arn }) => Arn,
    () => undefined,
  );
}

/** Who runs this: the job in CI, else by the credentials, else by this machine's user. AWS is asked once. */
export async function runBy(): Promise<string> {
  const job = jobIn(process.env);
  if (job !== undefined) return job;
  if (asked === undefined) noteCaller(caller());
  return personIn((await asked) ?? "") ?? userOfMachine();
}

async function caller(): Promise<{ Arn?: string | undefined }> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  // Whatever is wrong with the credentials is told by the call that they are for.
  const client = new STSClient({ region, requestHandler: requestHandler(stsPatience), maxAttempts: 1 });
  return client.send(new GetCallerIdentityCommand({}));
}

function userOfMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

/** What the sessions of this run are called. */
export async function accessSession(): Promise<string> {
  return sessionNameOf(await runBy());
}
