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

function accessRoleCredentials(RoleArn: string): ReturnType<typeof fromTemporaryCredentials> {
  // Who runs this is asked when the role is needed: by then the credentials can be had.
  return async (options) => {
    const provider = fromTemporaryCredentials({
      params: { RoleArn, RoleSessionName: await accessSession() },
      clientConfig: { region, requestHandler: requestHandler(stsPatience) },
      clientPlugins: [givingUp<object, object>()],
    });
    return provider(options);
  };
}
