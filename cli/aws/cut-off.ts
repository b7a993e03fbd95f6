import pMap from "p-map";

import { accountsOf, roleNameOf } from "../../infra/names.ts";
import { type CutOff, cutOffUser, revokeRoleSessions } from "../../infra/offboarding.ts";
import type { Settings } from "../../infra/settings.ts";
import { iamIn } from "./clients.ts";

export interface DeveloperCutOff extends CutOff {
  userName: string;
  /** Names of the development accounts in which sessions of the developer's role were ended. */
  sessions: string[];
}

/** Ends every access of developers, in the auth account and in their development accounts at the same time. */
export async function cutOff(settings: Settings, userNames: string[]): Promise<DeveloperCutOff[]> {
  const auth = iamIn(settings.authAccount, settings);
  const development = new Map(
    Object.entries(settings.developmentAccounts).map(([name, accountId]) => [name, iamIn(accountId, settings)]),
  );
  return pMap(
    userNames,
    async (userName) => {
      const [user, sessions] = await Promise.all([
        cutOffUser(auth, userName),
        pMap(
          accountsOf(settings, userName),
          async (account) => {
            const iam = development.get(account);
            return iam && (await revokeRoleSessions(iam, roleNameOf(settings, userName))) ? [account] : [];
          },
          { concurrency: 8 },
        ),
      ]);
      return { userName, ...user, sessions: sessions.flat() };
    },
    { concurrency: 4 },
  );
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
