import type { Ini } from "./ini.ts";
import { valuesIn } from "./ini.ts";

/** A profile's credentials; nothing where a value is empty. */
export interface ProfileCredentials {
  accessKeyId: string | undefined;
  secretAccessKey: string | undefined;
  sessionToken: string | undefined;
}

/** The older name of the session token, which the AWS CLI takes before the newer one (botocore, `SharedCredentialProvider`). */
const tokens = ["aws_security_token", "aws_session_token"];

/** The keys of one set of credentials. */
export const credentialKeys = ["aws_access_key_id", "aws_secret_access_key", ...tokens, "aws_account_id"];

/** The credentials that the section of a file has. An empty value is none. */
export function credentialsIn(ini: Ini, heading: string | undefined): ProfileCredentials {
  const values = heading === undefined ? undefined : valuesIn(ini, heading);
  const value = (key: string): string | undefined => values?.get(key) || undefined;
  return {
    accessKeyId: value("aws_access_key_id"),
    secretAccessKey: value("aws_secret_access_key"),
    sessionToken: tokens.map(value).find((token) => token !== undefined),
  };
}

/**
 * Whether they are, or may be, a long-term key, which may be nowhere else: its id begins with AKIA (IAM User Guide, "IAM
 * identifiers"), whatever stands beside it, or nothing says that it belongs to a session.
 */
export function isLongTerm({ accessKeyId, secretAccessKey, sessionToken }: ProfileCredentials): boolean {
  if (accessKeyId?.startsWith("AKIA") === true) return true;
  const isSession = sessionToken !== undefined || accessKeyId?.startsWith("ASIA") === true;
  return !isSession && (accessKeyId ?? secretAccessKey) !== undefined;
}
