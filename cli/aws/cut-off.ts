import type { IAMClient } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { accountsOf, roleNameOf } from "../../infra/names.ts";
import { type CutOff, cutOffUser, letRoleBack, letUserBack, revokeRoleSessions } from "../../infra/offboarding.ts";
import type { Settings } from "../../infra/settings.ts";
import { iamIn } from "./clients.ts";

export interface DeveloperCutOff extends CutOff {
  userName: string;
  /** Names of the development accounts in which sessions of the developer's role were ended. */
  sessions: string[];
}

/** Ends every access of developers, in the auth account and in their development accounts at the same time. */
export async function cutOff(settings: Settings, userNames: string[]): Promise<DeveloperCutOff[]> {
  const iam = clients(settings);
  return pMap(
    userNames,
    async (userName) => {
      const [user, sessions] = await Promise.all([
        cutOffUser(iam(settings.authAccount), userName),
        inAccounts(settings, userName, async (account, accountId) =>
          (await revokeRoleSessions(iam(accountId), roleNameOf(settings, userName))) ? [account] : [],
        ),
      ]);
      return { userName, ...user, sessions: sessions.flat() };
    },
    { concurrency: 4 },
  );
}

/** Takes a cut-off back, for developers whose removal was broken off and who are added again. */
export async function letBack(settings: Settings, userNames: string[]): Promise<void> {
  const iam = clients(settings);
  await pMap(
    userNames,
    (userName) =>
      Promise.all([
        letUserBack(iam(settings.authAccount), userName),
        inAccounts(settings, userName, (_account, accountId) =>
          letRoleBack(iam(accountId), roleNameOf(settings, userName)),
        ),
      ]),
    { concurrency: 4 },
  );
}

/** One client per account, made when it is first needed. */
function clients(settings: Settings): (accountId: string) => IAMClient {
  const made = new Map<string, IAMClient>();
  return (accountId) => {
    const client = made.get(accountId) ?? iamIn(accountId, settings);
    made.set(accountId, client);
    return client;
  };
}

/** Does something in each of a developer's development accounts. */
function inAccounts<T>(
  settings: Settings,
  userName: string,
  act: (account: string, accountId: string) => Promise<T>,
): Promise<T[]> {
  return pMap(accountsOf(settings, userName), (account) => act(account, settings.developmentAccounts[account] ?? ""), {
    concurrency: 8,
  });
}

/** "alice: access ended: 1 access key, the password and 1 MFA device deleted; sessions ended in sandbox" */
export function cutOffLine({ userName, found, accessKeys, password, mfaDevices, sessions }: DeveloperCutOff): string {
  if (!found && sessions.length === 0) return `${userName}: has no user and no role, so there is no access to end.`;
  const deleted = [
    plural(accessKeys, "access key"),
    password ? "the password" : "no password",
    plural(mfaDevices, "MFA device"),
  ];
  const ended = sessions.length > 0 ? ` Sessions ended in ${sessions.join(", ")}.` : "";
  return `${userName}: access ended. Deleted: ${deleted.join(", ")}.${ended}`;
}

function plural(count: number, noun: string): string {
  return `${count === 0 ? "no" : count} ${noun}${count === 1 ? "" : "s"}`;
}
