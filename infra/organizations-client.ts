import { OrganizationsClient } from "@aws-sdk/client-organizations";

import { requestHandler } from "./network.ts";
import { region } from "./region.ts";

/** AWS Organizations as whoever runs this may ask it. It throttles early; the SDK waits longer before each further attempt. */
export function organizationsClient(): OrganizationsClient {
  return new OrganizationsClient({ region, maxAttempts: 8, requestHandler: requestHandler() });
}
