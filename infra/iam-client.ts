import { IAMClient, IAMServiceException, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-iam";
import type { FinalizeRequestMiddleware } from "@aws-sdk/types";

import { clientConfiguration } from "./accounts.ts";
import { givingUp } from "./unanswered.ts";

/**
 * An IAM client for an account of the organization, by its access role. Limits and refusals are thrown at once: the SDK takes
 * `LimitExceeded` for throttling (IAM API Reference, "PutUserPolicy"), and any error for transient where this machine's clock is wrong, and
 * would retry for half a minute.
 */
export function iamClient(accountId: string, accessRole: string): IAMClient {
  const client = new IAMClient(clientConfiguration(accountId, accessRole));
  // It runs inside the SDK's retries, which go by the error's name, and around the middleware that corrects the clock.
  client.middlewareStack.addRelativeTo(tellRefusals, {
    name: "tellRefusals",
    relation: "before",
    toMiddleware: "httpSigningMiddleware",
  });
  client.middlewareStack.use(givingUp());
  return client;
}

const tellRefusals: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (error instanceof IAMServiceException) markAsFinal(error);
    throw error;
  }
};

function markAsFinal(error: IAMServiceException): void {
  if (error.name === "LimitExceededException") error.name = "LimitExceeded";
  if (!/^(LimitExceeded|AccessDenied)/.test(error.name)) return;
  Object.assign(error.$metadata, { clockSkewCorrected: false });
}
