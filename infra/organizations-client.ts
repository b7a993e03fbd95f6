import { OrganizationsClient } from "@aws-sdk/client-organizations";

import { callerConfiguration } from "./caller.ts";
import { knowingClockErrors } from "./clock-errors.ts";

/** A client for AWS Organizations with the caller's credentials. */
export function organizationsClient(): OrganizationsClient {
  return knowingClockErrors(new OrganizationsClient(callerConfiguration()));
}
