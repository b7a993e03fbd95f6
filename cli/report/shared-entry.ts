import { accountTag, everyAccountTag } from "../../infra/shared-role.ts";

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
  if (tags.includes(`${everyAccountTag.key}=${everyAccountTag.value}`)) {
    return [{ account: everyAccount, accountId: everyAccountId }];
  }
  const prefix = accountTag("");
  return tags.flatMap((tag) => {
    const [accountId = "", account = ""] = tag.startsWith(prefix) ? tag.slice(prefix.length).split("=") : [];
    return account === "" ? [] : [{ account, accountId }];
  });
}
