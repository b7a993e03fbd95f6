import { IAMClient, IAMServiceException } from "@aws-sdk/client-iam";

import { clientConfiguration } from "./accounts.ts";
import { knowingClockErrors } from "./clock-errors.ts";
import { onFailedAttempt } from "./failed-attempts.ts";
import { givingUp } from "./unanswered.ts";

/**
 * An IAM client for an account of the organization, by its access role. A limit is told at once: the SDK takes `LimitExceeded` for
 * throttling, and would retry for half a minute (IAM API Reference, "PutUserPolicy").
 */
export function iamClient(accountId: string, accessRole: string): IAMClient {
  const client = knowingClockErrors(new IAMClient(clientConfiguration(accountId, accessRole)));
  client.middlewareStack.use(onFailedAttempt("tellLimits", tellLimit));
  client.middlewareStack.use(givingUp());
  return client;
}

function tellLimit(error: unknown): void {
  if (error instanceof IAMServiceException && error.name === "LimitExceededException") error.name = "LimitExceeded";
}
