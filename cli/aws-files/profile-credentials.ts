import type { Ini } from "./ini.ts";
import { valuesIn } from "./ini.ts";

/** A profile's credentials; an empty value is undefined. */
export interface ProfileCredentials {
  accessKeyId: string | undefined;
  secretAccessKey: string | undefined;
  sessionToken: string | undefined;
}

/** The keys of the session token: the AWS CLI prefers the older name to the newer one (botocore, `SharedCredentialProvider`). */
const tokens = ["aws_security_token", "aws_session_token"];

/** The keys of one set of credentials. */
export const credentialKeys = ["aws_access_key_id", "aws_secret_access_key", ...tokens, "aws_account_id"];

/** The credentials in a section of a file. */
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
 * Whether the credentials are, or may be, a long-term access key, of which this may be the only copy: the id begins with AKIA
 * (IAM User Guide, "IAM identifiers"), even beside a session token, or neither the id nor a token says that they are a session's.
 */
export function isLongTerm({ accessKeyId, secretAccessKey, sessionToken }: ProfileCredentials): boolean {
  if (accessKeyId?.startsWith("AKIA") === true) return true;
  const isSession = sessionToken !== undefined || accessKeyId?.startsWith("ASIA") === true;
  return !isSession && (accessKeyId ?? secretAccessKey) !== undefined;
}
