import type { AssumeRoleCommandOutput, STSClient } from "@aws-sdk/client-sts";

import { assignedAccountId, assignedRoleArn, type Assignment } from "../../infra/assignment.ts";
import { wordsOfAws } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import type { AccessKey } from "./own-access-key.ts";
import { stsFor } from "./developer-clients.ts";
import { explainAs, isDeniedToOwner } from "./explain-key.ts";
import { rememberedCode } from "./code.ts";
import type { LoginMemory, OwnSession, Session } from "./memory.ts";
import { whomToAsk } from "./myself.ts";

/** The longest chained session, in seconds (IAM User Guide, "Role chaining"). */
export const chainedLimit = 3600;

/** The sessions to open. */
export interface SessionRequest {
  key: AccessKey;
  assignment: Assignment;
  /** Names of accounts. Several accounts need `chain`, by a GetSessionToken session of the developer. */
  accounts: string[];
  chain: boolean;
  /** Seconds. */
  duration: number;
  clockOffset: number;
}

/** A code of an MFA device. */
export interface Code {
  serialNumber: string;
  tokenCode: string;
}

/** AWS has refused the code. Another device's code may be right, or the next one. */
export class WrongCode extends Failure {
  readonly code = "wrong";

  constructor(cause: Error) {
    const isUnknown = /unable to validate/.test(cause.message);
    super(
      `${isUnknown ? "STS does not know the MFA device; it learns of a new one within some 15 seconds" : "AWS did not take the MFA code"}: ${wordsOfAws(cause)}`,
      isUnknown
        ? "Try again in a quarter of a minute, with the code that the device shows then."
        : "Type the code that the device shows now; each works once, so wait for the next one if it was used. If it goes on, set the clock of the phone.",
      { cause },
    );
  }
}

/** Tries the code with one device after the other: a wrong code costs nothing, and it is not known which device it is from. */
export async function withAnyDevice<T>(
  devices: string[],
  open: (serialNumber: string) => Promise<T>,
): Promise<{ opened: T; device: string }> {
  let refused: WrongCode | undefined;
  for (const device of devices) {
    try {
      return { opened: await open(device), device };
    } catch (error) {
      if (!(error instanceof WrongCode)) throw error;
      refused = error;
    }
  }
  throw refused ?? new Error("no device to try");
}

/**
 * Opens something with a code, and remembers the code as used after any error but {@link WrongCode}: AWS may have seen the code, and takes
 * none twice.
 */
export async function spending<T>(memory: LoginMemory, tokenCode: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof WrongCode)) await memory.change((now) => ({ ...now, lastCode: rememberedCode(tokenCode) }));
    throw error;
  }
}

/** The sessions that one code has opened. */
export interface Opened {
  sessions: Session[];
  /** Accounts that did not let the developer in, and why. */
  refused: { account: string; reason: Failure }[];
  /** The GetSessionToken session that opened them, with `chain`. */
  own?: OwnSession;
}

/**
 * Opens a session in each account with one code: by AssumeRole itself, or by GetSessionToken before it.
 *
 * @throws Failure when the code was wrong, or no account let the developer in
 */
export async function openSessions(request: SessionRequest, code: Code): Promise<Opened> {
  const { key, accounts, chain, clockOffset } = request;
  const mfa = { SerialNumber: code.serialNumber, TokenCode: code.tokenCode };
  const sts = await stsFor(key, clockOffset);
  if (!chain) {
    return {
      sessions: await Promise.all(accounts.map((account) => assumeRole(sts, request, account, mfa))),
      refused: [],
    };
  }
  const own = await ownSession(request, mfa);
  const carrying = await stsFor(own, clockOffset);
  const answers = await Promise.allSettled(accounts.map((account) => assumeRole(carrying, request, account)));
  const sessions = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const refused = answers.flatMap((answer, index) => {
    if (answer.status === "fulfilled") return [];
    // Any other error is not about that account alone.
    if (sessions.length === 0 || !(answer.reason instanceof Failure)) throw answer.reason as Error;
    return [{ account: accounts[index] ?? "", reason: answer.reason }];
  });
  return { sessions, refused, own };
}

/** Opens an account again by the developer's own session, without a code. */
export async function openAgain(own: OwnSession, before: Session, duration: number | undefined): Promise<Session> {
  const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  const answer = await (
    await stsFor(own)
  ).send(
    new AssumeRoleCommand({
      RoleArn: before.roleArn,
      RoleSessionName: own.userName,
      DurationSeconds: Math.min(duration ?? chainedLimit, chainedLimit),
    }),
  );
  return { ...before, ...given(answer), chained: true };
}

/** Opens a GetSessionToken session of the developer. It lasts as long as a role's session would, since it renews those. */
export async function ownSession(
  {
    key,
    assignment,
    clockOffset,
  }: Pick<SessionRequest, "key" | "clockOffset"> & {
    assignment: Pick<Assignment, "userName" | "sessionDuration" | "mfaMaxAge">;
  },
  mfa: { SerialNumber: string; TokenCode: string },
): Promise<OwnSession> {
  const sts = await stsFor(key, clockOffset);
  const { GetSessionTokenCommand } = await import("@aws-sdk/client-sts");
  try {
    const { userName, sessionDuration, mfaMaxAge } = assignment;
    // With MFA older than `mfaMaxAge` the session could open nothing.
    const request = { DurationSeconds: Math.min(sessionDuration, mfaMaxAge ?? sessionDuration), ...mfa };
    const answer = await sts.send(new GetSessionTokenCommand(request));
    return { ...given(answer), userName, ...(mfaMaxAge !== undefined && { mfaMaxAge }) };
  } catch (error) {
    throw refusedCode(error) ?? explainAs(key, error);
  }
}

async function assumeRole(
  sts: STSClient,
  request: SessionRequest,
  account: string,
  mfa?: { SerialNumber: string; TokenCode: string },
): Promise<Session> {
  const { key, assignment, duration } = request;
  const roleArn = assignedRoleArn(assignment, assignedAccountId(assignment, account) ?? "");
  const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  try {
    const answer = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: assignment.userName,
        DurationSeconds: duration,
        ...mfa,
      }),
    );
    const { region } = assignment;
    return { ...given(answer), account, roleArn, chained: mfa === undefined, ...(region !== undefined && { region }) };
  } catch (error) {
    throw refusedCode(error) ?? refusedRole(error, request, { account, roleArn }) ?? explainAs(key, error);
  }
}

function given({ Credentials }: Pick<AssumeRoleCommandOutput, "Credentials">) {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration } = Credentials ?? {};
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expires: (Expiration ?? new Date()).toISOString(),
  };
}

/** The error in STS's answer to a code; undefined for any other. STS verifies nine codes of a device in three minutes, and none beyond. */
function refusedCode(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !/MultiFactorAuthentication failed/.test(error.message)) return undefined;
  if (!/device unavailable/.test(error.message)) return new WrongCode(error);
  return new Failure(
    `AWS takes no code of this MFA device for now, right or wrong: it was asked too often. ${wordsOfAws(error)}`,
    "Wait three minutes, then try again with the code that the device shows then.",
    { cause: error },
  );
}

function refusedRole(
  error: unknown,
  { assignment, duration }: SessionRequest,
  { account, roleArn }: { account: string; roleArn: string },
): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (/exceeds the MaxSessionDuration/.test(error.message)) {
    return new Failure(
      `The role ${roleArn} allows no session of ${duration} s: ${wordsOfAws(error)}`,
      `Give a shorter --duration${assignment.sessionDuration < duration ? `: ${assignment.sessionDuration} at most` : ""}.`,
      { cause: error },
    );
  }
  if (isDeniedToOwner(error)) {
    return new Failure(
      `A policy of your own user denies you ${account}: your access there is over (until), or was shut off otherwise. AWS tells you neither which policy nor the day: ${wordsOfAws(error)}`,
      `Ask ${whomToAsk(assignment)}: where it is over, mfa-admin extend ${assignment.userName} --account ${account} --until DAY lets you in again. Your access key, password and MFA device are as they were.`,
      { cause: error },
    );
  }
  if (error.name === "AccessDenied") {
    return new Failure(
      `The role ${roleArn} is not there, or is not yours: ${wordsOfAws(error)}`,
      `mfa-admin whoami shows what is assigned to you; ask ${whomToAsk(assignment)} about the rest.`,
      { cause: error },
    );
  }
  return undefined;
}
