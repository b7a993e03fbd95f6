import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

import { requestHandler } from "./network.ts";
import { region } from "./region.ts";
import { accessSession } from "./session-name.ts";
import { givingUp, iamPatience, stsPatience } from "./unanswered.ts";

/**
 * The role that is assumed in place of the settings' one: `MFA_ADMIN_ACCESS_ROLE`, for runs that only read, such as previews
 * in CI. The settings, and what they make, stay the same.
 */
export function readingRole(): string | undefined {
  return process.env["MFA_ADMIN_ACCESS_ROLE"] || undefined;
}

/** The role that the management account assumes in another account of the organization. */
export function accessRoleArn(accountId: string, accessRole: string): string {
  return `arn:aws:iam::${accountId}:role/${readingRole() ?? accessRole}`;
}

/** What an AWS SDK client needs to act in an account of the organization by way of its access role. */
export function clientConfiguration(
  accountId: string,
  accessRole: string,
): {
  region: string;
  requestHandler: typeof iamPatience;
  maxAttempts: number;
  credentials: ReturnType<typeof fromTemporaryCredentials>;
} {
  return {
    region,
    requestHandler: requestHandler(iamPatience),
    // IAM throttles early; the SDK waits longer before each further attempt.
    maxAttempts: 8,
    credentials: accessRoleCredentials(accessRoleArn(accountId, accessRole)),
  };
}

type Credentials = ReturnType<typeof fromTemporaryCredentials>;

const known = new Map<string, Credentials>();

/** One session of each role, for every client that needs it; another one by other credentials. */
function accessRoleCredentials(RoleArn: string): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE } = process.env;
  const key = [AWS_ACCESS_KEY_ID, AWS_PROFILE, RoleArn].join(" ");
  const made = known.get(key) ?? kept(opening(RoleArn));
  known.set(key, made);
  return made;
}

function opening(RoleArn: string): Credentials {
  // Who runs this is asked when the role is needed: by then the credentials can be had.
  return async (options) => {
    const open = fromTemporaryCredentials({
      params: { RoleArn, RoleSessionName: await accessSession() },
      clientConfig: { region, requestHandler: requestHandler(stsPatience) },
      clientPlugins: [givingUp<object, object>()],
    });
    return open(options);
  };
}

/** Milliseconds before a session's end in which the SDK asks for another one, and some more. */
const margin = 360_000;

/** The same session until it nears its end. One that could not be opened is tried again by whoever needs it next. */
function kept(open: Credentials): Credentials {
  let session: ReturnType<Credentials> | undefined;
  return async (options) => {
    const before = session;
    if (before !== undefined && isLive(await before.catch(() => undefined))) return before;
    // Others may have found the same, and have opened one meanwhile.
    if (session === undefined || session === before) session = open(options);
    return session;
  };
}

const isLive = (identity: { expiration?: Date } | undefined): boolean =>
  identity?.expiration !== undefined && identity.expiration.getTime() - Date.now() > margin;
