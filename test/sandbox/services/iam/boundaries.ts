import { noSuchEntity } from "../../errors.ts";
import type { Call } from "../service.ts";

/** The condition key iam:PermissionsBoundary of a request that sets a boundary. */
export function boundaryContext(call: Call): Record<string, string> {
  const arn = call.input.optional("PermissionsBoundary");
  return arn === undefined ? {} : { "iam:PermissionsBoundary": arn };
}

/** Returns the ARN of an existing policy, and refuses any other. */
export function existingPolicy(call: Call, arn: string): string {
  if (call.aws.managedPolicy(call.caller.accountId, arn) === undefined) {
    throw noSuchEntity(`Policy ${arn} does not exist.`);
  }
  return arn;
}
