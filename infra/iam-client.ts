import { IAMClient, IAMServiceException, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-iam";
import type { FinalizeRequestMiddleware } from "@aws-sdk/types";

import { clientConfiguration } from "./accounts.ts";
import { onlyClockErrors } from "./clock-errors.ts";
import { givingUp } from "./unanswered.ts";

/**
 * An IAM client for an account of the organization, by its access role. A limit is told at once: the SDK takes `LimitExceeded` for
 * throttling, and would retry for half a minute (IAM API Reference, "PutUserPolicy").
 */
export function iamClient(accountId: string, accessRole: string): IAMClient {
  const client = new IAMClient(clientConfiguration(accountId, accessRole));
  // It runs inside the SDK's retries, which go by the error's name.
  client.middlewareStack.addRelativeTo(tellLimits, {
    name: "tellLimits",
    relation: "before",
    toMiddleware: "httpSigningMiddleware",
  });
  client.middlewareStack.use(onlyClockErrors());
  client.middlewareStack.use(givingUp());
  return client;
}

const tellLimits: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (error instanceof IAMServiceException && error.name === "LimitExceededException") error.name = "LimitExceeded";
    throw error;
  }
};
