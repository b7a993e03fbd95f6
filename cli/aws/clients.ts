import {
  type IAMClient,
  IAMServiceException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-iam";
import type { InitializeMiddleware } from "@aws-sdk/types";

import { iamClient } from "../../infra/iam-client.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { openSession } from "./session.ts";

/** IAM in an account of the organization, by way of its access role. */
export function iamIn(accountId: string, { accessRole }: Pick<Settings, "accessRole">): IAMClient {
  const client = iamClient(accountId, accessRole);
  client.middlewareStack.add(asAdministrator, { name: "asAdministrator", step: "initialize" });
  return client;
}

/** Tells credentials that are broken, and those of a member account, as what they are, instead of by the role they can't assume. */
const asAdministrator: InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (request) => {
  await openSession();
  try {
    return await next(request);
  } catch (error) {
    const isRoleRefused =
      error instanceof Error && error.name.startsWith("AccessDenied") && !(error instanceof IAMServiceException);
    if (isRoleRefused) await requireManager();
    throw error;
  }
};

/** Whatever else is in the way of asking, the role was refused: that is told. */
async function requireManager(): Promise<void> {
  const { requireManagementAccount } = await import("./preconditions.ts");
  await requireManagementAccount().catch((error: unknown) => {
    if (error instanceof Failure) throw error;
  });
}
