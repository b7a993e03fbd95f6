import { GetAccountAuthorizationDetailsCommand } from "@aws-sdk/client-iam";
import { DescribeAccountCommand } from "@aws-sdk/client-organizations";
import pMap from "p-map";

import { organizationsClient } from "../../infra/organizations-client.ts";
import { Failure } from "../failure.ts";
import { iamIn } from "./clients.ts";
import { isAccessDenied } from "./error-words.ts";
import { requireAccessRole } from "./preconditions.ts";

/** An account whose access role cannot be assumed, and why. */
export interface UnreachableAccount {
  name: string;
  id: string;
  /** The refusal, in AWS's own words. */
  refusal: Failure;
  /**
   * As AWS Organizations has it (API Reference, "Account"): ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED, ...; "left" when the
   * organization has no such account, "unknown" when it does not tell.
   */
  state: string;
}

/** Those of the accounts, by name and id, that cannot be reached by way of their access role. */
export async function unreachableAccounts(
  accounts: Record<string, string>,
  accessRole: string,
): Promise<UnreachableAccount[]> {
  const found = await pMap(Object.entries(accounts), ([name, id]) => reach(name, id, accessRole), { concurrency: 8 });
  return found.filter((account) => account !== undefined);
}

async function reach(name: string, id: string, accessRole: string): Promise<UnreachableAccount | undefined> {
  try {
    await requireAccessRole(name, id, accessRole);
    await requireRights(name, id, accessRole);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { name, id, refusal: error, state: await stateOf(id) };
  }
}

/**
 * A role that can be assumed and may not look around reaches no account: its policies may be those of whoever is to be shut out,
 * and what a run would take off there could not be seen.
 */
export async function requireRights(
  name: string,
  id: string,
  accessRole: string,
  iam = iamIn(id, { accessRole }),
): Promise<void> {
  try {
    await iam.send(new GetAccountAuthorizationDetailsCommand({ MaxItems: 1 }));
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new Failure(
      `The role ${accessRole} in account ${name} (${id}) can be assumed, and lacks rights: ${error.message}`,
      "Give the role its rights again: AdministratorAccess, as AWS Organizations makes it.",
      { cause: error },
    );
  }
}

/** The state of an account, as {@link UnreachableAccount} has it. */
export async function stateOf(accountId: string): Promise<string> {
  try {
    const client = organizationsClient();
    const { Account } = await client.send(new DescribeAccountCommand({ AccountId: accountId }));
    return Account?.State ?? Account?.Status ?? "unknown";
  } catch (error) {
    if (isAccessDenied(error)) return "unknown";
    if (error instanceof Error && error.name === "AccountNotFoundException") return "left";
    throw error;
  }
}
