import type { STSClient } from "@aws-sdk/client-sts";

import { assignedRoleArn, type Assignment } from "../../infra/assignment.ts";
import { wordsOfAws } from "../aws/words.ts";
import { Failure } from "../failure.ts";
import type { AccessKey } from "./access-key.ts";
import { stsFor } from "./clients.ts";
import { explainAs } from "./explain.ts";
import type { Session } from "./memory.ts";
import { whomToAsk } from "./myself.ts";

/** A chained session's limit, in seconds (IAM User Guide, "Role chaining"). */
export const chainedLimit = 3600;

/** What STS is asked for. */
export interface SessionRequest {
  key: AccessKey;
  assignment: Assignment;
  /** Names of accounts. Several are only possible through one session of the developer's own. */
  accounts: string[];
  chain: boolean;
  /** Seconds. */
  duration: number;
  clockOffset: number;
}

/** One code of one device. */
export interface Code {
  serialNumber: string;
  tokenCode: string;
}

/** AWS did not take the code. Another device's may be right, or the next one. */
export class WrongCode extends Failure {
  readonly code = "wrong";

  constructor(cause: Error) {
    super(
      `AWS did not take the MFA code: ${wordsOfAws(cause)}`,
      "Type the code that the device shows now; each works once, so wait for the next one if it was used. If it goes on, set the clock of the phone.",
      { cause },
    );
  }
}

/** Opens a session in each account with one code: by AssumeRole itself, or by GetSessionToken before it. */
export async function openSessions(request: SessionRequest, code: Code): Promise<Session[]> {
  const { key, accounts, chain, clockOffset } = request;
  const mfa = { SerialNumber: code.serialNumber, TokenCode: code.tokenCode };
  const own = await stsFor(key, clockOffset);
  if (!chain) return Promise.all(accounts.map((account) => assumeRole(own, request, account, mfa)));
  const carrying = await sessionToken(own, request, mfa);
  return Promise.all(accounts.map((account) => assumeRole(carrying, request, account)));
}

async function sessionToken(
  own: STSClient,
  { key, clockOffset }: SessionRequest,
  mfa: { SerialNumber: string; TokenCode: string },
): Promise<STSClient> {
  const { GetSessionTokenCommand } = await import("@aws-sdk/client-sts");
  try {
    const { Credentials } = await own.send(new GetSessionTokenCommand({ DurationSeconds: chainedLimit, ...mfa }));
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    return await stsFor(
      { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
      clockOffset,
    );
  } catch (error) {
    throw wrongCode(error) ?? explainAs(key, error);
  }
}

async function assumeRole(
  sts: STSClient,
  request: SessionRequest,
  account: string,
  mfa?: { SerialNumber: string; TokenCode: string },
): Promise<Session> {
  const { key, assignment, duration } = request;
  const roleArn = assignedRoleArn(assignment, assignment.accounts[account] ?? "");
  const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: assignment.userName,
        DurationSeconds: duration,
        ...mfa,
      }),
    );
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration } = Credentials ?? {};
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expires: (Expiration ?? new Date()).toISOString(),
      account,
      roleArn,
      chained: mfa === undefined,
    };
  } catch (error) {
    throw wrongCode(error) ?? refusedRole(error, request, roleArn) ?? explainAs(key, error);
  }
}

function wrongCode(error: unknown): WrongCode | undefined {
  const isWrong = error instanceof Error && /MultiFactorAuthentication failed/.test(error.message);
  return isWrong ? new WrongCode(error) : undefined;
}

function refusedRole(error: unknown, { assignment, duration }: SessionRequest, roleArn: string): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (/exceeds the MaxSessionDuration/.test(error.message)) {
    return new Failure(
      `The role ${roleArn} allows no session of ${duration} s: ${wordsOfAws(error)}`,
      `Give a shorter --duration${assignment.sessionDuration < duration ? `: ${assignment.sessionDuration} at most` : ""}.`,
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
