import { execFile, type ExecFileException } from "node:child_process";
import { promisify } from "node:util";

import { Failure } from "../failure.ts";
import { wordsIn } from "../aws-files/profile-map.ts";
import { sharedAccount } from "../aws-files/profile-sources.ts";

/** The variable that is set for the process: a profile that leads back to this program would recurse for ever. */
const guard = "MFA_ADMIN_KEY_PROCESS";

/** The process returned a session in place of a key. */
export class SessionOfProcess extends Failure {
  constructor(profile: string) {
    super(
      `The credential_process of the profile ${profile} gives a session; mfa-admin needs the access key itself.`,
      "Let it give the key (aws-vault does with --no-session), or name another profile with --source-profile.",
    );
  }
}

/** Milliseconds until the process is stopped: longer than anybody takes to unlock a password manager. */
const patience = 120_000;

/**
 * Runs the `credential_process` of a profile as the AWS CLI does: without a shell, expecting JSON on stdout (AWS CLI User Guide, "Sourcing
 * credentials with an external process").
 *
 * @returns the long-term key; undefined when the process is this program itself
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
    throw failed(`${endOfProcess(error as ProcessError, program)}.`.replace(/\.\.$/, "."), error);
  }
  const { Version, AccessKeyId, SecretAccessKey, SessionToken } = parsed(printed);
  if (Version !== 1 || !AccessKeyId || !SecretAccessKey) {
    throw failed("it printed something else than JSON with Version 1, AccessKeyId and SecretAccessKey.");
  }
  if (SessionToken) throw new SessionOfProcess(profile);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

type ProcessError = ExecFileException & { stderr?: string };

/** Why the process has failed: in its own words, if it has any. Node's message has the command line, which may hold a password. */
function endOfProcess({ stderr = "", code, killed, signal }: ProcessError, program: string): string {
  if (stderr.trim() !== "") return stderr.trim();
  if (code === "ENOENT") return `there is no program ${program}`;
  if (code === "EACCES") return `${program} is no program that you may run`;
  if (killed === true) return `it gave no answer in ${patience / 1000} s`;
  if (signal) return `it was ended by ${signal}`;
  return `it ended with ${typeof code === "number" ? "status" : "the error"} ${code ?? ""}, without a word`;
}

interface Printed {
  Version?: number;
  AccessKeyId?: string;
  SecretAccessKey?: string;
  SessionToken?: string | null;
}

/** Parses the output, which is never shown: it contains a secret. */
function parsed(printed: string): Printed {
  try {
    return (JSON.parse(printed) ?? {}) as Printed;
  } catch {
    return {};
  }
}
