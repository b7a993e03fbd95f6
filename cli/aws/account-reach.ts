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
   * The account's state in AWS Organizations (API Reference, "Account"): ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED, ...; "left"
   * when the organization has no such account, "unknown" when AWS denies the call.
   */
  state: string;
}

/** The accounts that cannot be reached by their access role. @param accounts ids by name */
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
 * Checks that the access role may read the account's identities. Without that right, a run could not see which denials are attached
 * there, and could remove them unseen.
 *
 * @throws Failure where AWS denies the call
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
