import {
  type IAMClient,
  IAMServiceException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-iam";
import type { InitializeMiddleware } from "@aws-sdk/types";

import { iamClient } from "../../infra/iam-client.ts";
import type { Settings } from "../../infra/settings.ts";
import { isAccessDenied } from "./error-words.ts";
import { Failure } from "../failure.ts";
import type { Accounts } from "./preconditions.ts";
import { openSession } from "./session.ts";

/** A client of IAM in an account of the organization, by its access role. */
export function iamIn(accountId: string, settings: Pick<Settings, "accessRole"> & Accounts): IAMClient {
  const client = iamClient(accountId, settings.accessRole);
  client.middlewareStack.add(asAdministrator(settings), { name: "asAdministrator", step: "initialize" });
  return client;
}

/** Middleware that reports broken credentials, or a member account's, as such, and not as a role that can't be assumed. */
function asAdministrator(settings: Accounts): InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> {
  return (next) => async (request) => {
    await openSession();
    try {
      return await next(request);
    } catch (error) {
      const isRoleRefused = isAccessDenied(error) && !(error instanceof IAMServiceException);
      if (isRoleRefused) await requireManager(settings);
      throw error;
    }
  };
}

/** @throws Failure where the credentials can't manage the organization. Other errors are dropped: the refused role is reported. */
async function requireManager(settings: Accounts): Promise<void> {
  const { managementAccountAtHand } = await import("./preconditions.ts");
  await managementAccountAtHand(settings).catch((error: unknown) => {
    if (error instanceof Failure) throw error;
  });
}

/** A function that returns an account's client of IAM; each client is made when it is first needed. */
export function clientsIn(settings: Pick<Settings, "accessRole">): (accountId: string) => IAMClient {
  const made = new Map<string, IAMClient>();
  return (accountId) => {
    const client = made.get(accountId) ?? iamIn(accountId, settings);
    made.set(accountId, client);
    return client;
  };
}
