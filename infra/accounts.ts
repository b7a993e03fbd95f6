import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

import { callerCredentials } from "./caller.ts";
import { onlyClockErrors } from "./clock-errors.ts";
import { requestHandler } from "./network.ts";
import { region } from "./region.ts";
import { accessSession } from "./session-name.ts";
import { givingUp, iamPatience, stsPatience } from "./unanswered.ts";

/**
 * The role that is assumed in place of the settings' `accessRole`: `MFA_ADMIN_ACCESS_ROLE`, for runs that only read, such as previews in
 * CI. The settings, and the resources made from them, stay the same.
 */
export function readingRole(): string | undefined {
  return process.env["MFA_ADMIN_ACCESS_ROLE"] || undefined;
}

/** The role that the management account assumes in another account of the organization. */
export function accessRoleArn(accountId: string, accessRole: string): string {
  return `arn:aws:iam::${accountId}:role/${readingRole() ?? accessRole}`;
}

/** The configuration of an AWS SDK client that acts in an account of the organization by its access role. */
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

/** The session of a role, shared by all clients. Other credentials in the environment open a session of their own. */
export function accessRoleCredentials(RoleArn: string): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE } = process.env;
  const key = [AWS_ACCESS_KEY_ID, AWS_PROFILE, RoleArn].join(" ");
  const made = known.get(key) ?? kept(opening(RoleArn));
  known.set(key, made);
  return made;
}

function opening(RoleArn: string): Credentials {
  // The caller's name is looked up when the role is assumed: only then are credentials sure to be there.
  return async (options) => {
    const open = fromTemporaryCredentials({
      params: { RoleArn, RoleSessionName: await accessSession() },
      masterCredentials: callerCredentials(),
      clientConfig: { region, requestHandler: requestHandler(stsPatience) },
      clientPlugins: [onlyClockErrors<object, object>(), givingUp<object, object>()],
    });
    return open(options);
  };
}

/** Milliseconds before a session's expiration at which it is renewed: somewhat earlier than the SDK itself asks for another. */
const margin = 360_000;

/** Keeps a session until it nears its expiration. A session that could not be opened is tried again at the next call. */
function kept(open: Credentials): Credentials {
  let session: ReturnType<Credentials> | undefined;
  return async (options) => {
    const before = session;
    if (before !== undefined && isLive(await before.catch(() => undefined))) return before;
    // A concurrent call may have opened another session meanwhile.
    if (session === undefined || session === before) session = open(options);
    return session;
  };
}

const isLive = (identity: { expiration?: Date } | undefined): boolean =>
  identity?.expiration !== undefined && identity.expiration.getTime() - Date.now() > margin;
