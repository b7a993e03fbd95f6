import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { Failure } from "../failure.ts";
import { wordsIn } from "../aws-files/profile-map.ts";
import { sharedAccount } from "../aws-files/profile-sources.ts";

/** Set for what is run here: a profile that leads back to this program would go round for ever. */
const guard = "MFA_ADMIN_KEY_PROCESS";

/** What it gives is no key, but a session. */
export class SessionOfProcess extends Failure {
  constructor(profile: string) {
    super(
      `The credential_process of the profile ${profile} gives a session; mfa-admin needs the access key itself.`,
      "Let it give the key (aws-vault does with --no-session), or name another profile with --source-profile.",
    );
  }
}

/** Longer than anybody takes to unlock a password manager, in milliseconds. */
const patience = 120_000;

/**
 * Runs the `credential_process` of a profile as the AWS CLI does: no shell, and what it prints is JSON (AWS CLI User Guide, "Sourcing
 * credentials with an external process").
 *
 * @returns the long-term key; nothing when the process is this program itself
 * @throws SessionOfProcess
 */
export async function keyOfProcess(
  profile: string,
  command: string,
): Promise<{ accessKeyId: string; secretAccessKey: string } | undefined> {
  if (process.env[guard] !== undefined || sharedAccount(command) !== undefined) return undefined;
  const [program, ...args] = wordsIn(command) ?? [];
  const failed = (reason: string, cause?: unknown): Failure =>
    new Failure(
      `The credential_process of the profile ${profile} gave no access key: ${reason}`,
      "Correct it in the AWS configuration file, or name another profile with --source-profile.",
      { cause },
    );
  if (program === undefined) throw failed("its command cannot be read.");
  let printed: string;
  try {
    const env = { ...process.env, [guard]: profile };
    printed = (await promisify(execFile)(program, args, { env, timeout: patience })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw failed(`${(stderr.trim() || message.split("\n")[0]) ?? ""}.`.replace(/\.\.$/, "."), error);
  }
  const { Version, AccessKeyId, SecretAccessKey, SessionToken } = parsed(printed);
  if (Version !== 1 || !AccessKeyId || !SecretAccessKey) {
    throw failed("it printed something else than JSON with Version 1, AccessKeyId and SecretAccessKey.");
  }
  if (SessionToken) throw new SessionOfProcess(profile);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

interface Printed {
  Version?: number;
  AccessKeyId?: string;
  SecretAccessKey?: string;
  SessionToken?: string | null;
}

/** What it printed is never shown: a secret stands in it. */
function parsed(printed: string): Printed {
  try {
    return (JSON.parse(printed) ?? {}) as Printed;
  } catch {
    return {};
  }
}
