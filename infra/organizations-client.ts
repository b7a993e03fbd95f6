import { OrganizationsClient } from "@aws-sdk/client-organizations";

import { callerCredentials } from "./caller.ts";
import { knowingClockErrors } from "./clock-errors.ts";
import { requestHandler } from "./network.ts";
import { region } from "./region.ts";

/** A client for AWS Organizations with the caller's credentials. The service throttles early; the SDK waits longer before each attempt. */
export function organizationsClient(): OrganizationsClient {
  return knowingClockErrors(
    new OrganizationsClient({
      region,
      credentials: callerCredentials(),
      maxAttempts: 8,
      requestHandler: requestHandler(),
    }),
  );
}
