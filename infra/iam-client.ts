import { IAMClient, IAMServiceException, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-iam";
import type { FinalizeRequestMiddleware } from "@aws-sdk/types";

import { clientConfiguration } from "./accounts.ts";
import { givingUp } from "./unanswered.ts";

/**
 * IAM in an account of the organization, by way of its access role. A limit that is reached and a refusal are told at once: the
 * SDK takes `LimitExceeded` for throttling, and anything at all for passing where this machine's clock is wrong, and would try
 * for half a minute (IAM API Reference, "PutUserPolicy").
 */
export function iamClient(accountId: string, accessRole: string): IAMClient {
  const client = new IAMClient(clientConfiguration(accountId, accessRole));
  // Within the SDK's own retries, which go by the name, and around what corrects the clock.
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
