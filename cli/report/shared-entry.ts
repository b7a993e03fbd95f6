import { sharedAccessIn } from "../../infra/shared-access.ts";
import { accountTag } from "../../infra/shared-role.ts";

/** The `accountId` of access to every account of the units, those that come later included. */
export const everyAccountId = "*";

/** The `account` of such access, and its words. */
export const everyAccount = "every account";

/** An account that a developer enters by the shared role. In a roster's preview its name stands for the id. */
export interface Entry {
  account: string;
  accountId: string;
}

/** The accounts that a user's tags let into by the shared role. @param tags "KEY=VALUE" each */
export function sharedEntries(tags: string[]): Entry[] {
  const values = Object.fromEntries(tags.map((tag) => tag.split("=", 2) as [string, string]));
  const { accounts = [] } = sharedAccessIn(values);
  if (accounts === "every") return [{ account: everyAccount, accountId: everyAccountId }];
  return accounts.flatMap((accountId) => {
    const account = values[accountTag(accountId)] ?? "";
    return account === "" ? [] : [{ account, accountId }];
  });
}
