import { IAMClient } from "@aws-sdk/client-iam";

import { clientConfiguration } from "../../infra/accounts.ts";
import type { Settings } from "../../infra/settings.ts";

/** IAM in an account of the organization, by way of its access role. */
export function iamIn(accountId: string, { accessRole }: Pick<Settings, "accessRole">): IAMClient {
  return new IAMClient(clientConfiguration(accountId, accessRole));
}
