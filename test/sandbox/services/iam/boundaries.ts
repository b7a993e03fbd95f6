import { noSuchEntity } from "../../errors.ts";
import type { Call } from "../service.ts";

/** iam:PermissionsBoundary of a request that sets one. */
export function boundaryContext(call: Call): Record<string, string> {
  const arn = call.input.optional("PermissionsBoundary");
  return arn === undefined ? {} : { "iam:PermissionsBoundary": arn };
}

/** The ARN given back if there is such a policy. */
export function existingPolicy(call: Call, arn: string): string {
  if (call.aws.managedPolicy(call.caller.accountId, arn) === undefined) {
    throw noSuchEntity(`Policy ${arn} does not exist.`);
  }
  return arn;
}
