import type { IAMClient } from "@aws-sdk/client-iam";

import { iamClient } from "../../infra/iam-client.ts";
import type { Settings } from "../../infra/settings.ts";

/** IAM in an account of the organization, by way of its access role. */
export function iamIn(accountId: string, { accessRole }: Pick<Settings, "accessRole">): IAMClient {
  return iamClient(accountId, accessRole);
}
