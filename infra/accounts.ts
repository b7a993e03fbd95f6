import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

import { region } from "./region.ts";

/** The session name by which the management account's administrator appears in the other accounts' CloudTrail. */
export const accessSessionName = "mfa-admin";

/**
 * The role that the management account assumes in another account of the organization. `MFA_ADMIN_ACCESS_ROLE` names
 * another one for runs that only read, such as previews in CI: the settings, and what they make, stay the same.
 */
export function accessRoleArn(accountId: string, accessRole: string): string {
  return `arn:aws:iam::${accountId}:role/${process.env["MFA_ADMIN_ACCESS_ROLE"] || accessRole}`;
}

/** What an AWS SDK client needs to act in an account of the organization by way of its access role. */
export function clientConfiguration(
  accountId: string,
  accessRole: string,
): { region: string; maxAttempts: number; credentials: AwsCredentialIdentityProvider } {
  return {
    region,
    // IAM throttles early; the SDK waits longer before each further attempt.
    maxAttempts: 8,
    credentials: fromTemporaryCredentials({
      params: { RoleArn: accessRoleArn(accountId, accessRole), RoleSessionName: accessSessionName },
      clientConfig: { region },
    }),
  };
}
