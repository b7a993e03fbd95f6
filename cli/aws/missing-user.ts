import { NoSuchEntityException } from "@aws-sdk/client-iam";

import { Failure } from "../failure.ts";

/**
 * Waits for a call about a developer's user, who may be in the roster and not in AWS yet.
 *
 * @param command the command to run again after `up`, such as `reset-mfa`
 * @throws Failure when the auth account has no such user
 */
export async function aboutUser<T>(userName: string, command: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
    throw new Failure(
      `The auth account has no user "${userName}" yet.`,
      `Run mfa-admin up, then mfa-admin ${command} ${userName} again.`,
      { cause: error },
    );
  }
}
