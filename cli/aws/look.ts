import pMap from "p-map";

import { serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { iamIn } from "./clients.ts";
import { wordsOf } from "./cut-off.ts";
import { type Identity, identitiesIn } from "./identities.ts";
import { accountsOutside } from "./organization.ts";
import { knownManagementAccount } from "./preconditions.ts";
import { type Shield, shieldInAws, withoutAnyAllow } from "./shield.ts";

/** What carries the stack's promise, as AWS has it now, whatever the state says. */
export interface Look {
  managementAccount: string;
  /** The service control policy; nothing when AWS has none, or it could not be looked at. */
  shield: Shield | undefined;
  /** Units and accounts in which no policy allows anything. */
  withoutAllow: string[];
  /** Names of the development accounts that are below none of the policy's units. */
  uncovered: string[];
  /** What each account has, by the account's name in the settings. */
  identities: Map<string, Identity[]>;
  /** What could not be looked at, and why, in AWS's words. */
  missed: { what: Looked; account?: string; reason: string }[];
}

export type Looked = "service control policy" | "FullAWSAccess" | "development accounts' units" | "account";

/** How many accounts are asked at once. */
const concurrency = 8;

/**
 * Looks at what carries the promise: a few calls of Organizations, and one of IAM in each account. What AWS refuses is no error:
 * it is told as not looked at.
 *
 * @param unreached names of the development accounts that are known not to let anybody in, which are left out
 */
export async function lookAtAws(settings: Settings, unreached: string[] = []): Promise<Look> {
  const { authAccount, organizationalUnits } = settings;
  const reachable = Object.entries(settings.developmentAccounts).filter(([name]) => !unreached.includes(name));
  const developmentAccounts = Object.fromEntries(reachable);
  const missed: Look["missed"] = [];
  const attempt = async <T>(missing: Omit<Look["missed"][number], "reason">, call: Promise<T>) => {
    try {
      return await call;
    } catch (error) {
      missed.push({ ...missing, reason: wordsOf(error) });
      return undefined;
    }
  };
  const shieldAsked = shieldInAws();
  const outside = async (): Promise<string[]> => {
    const targets = (await shieldAsked.catch(() => undefined))?.targets ?? [];
    return accountsOutside(Object.values(developmentAccounts), [...targets, ...organizationalUnits]);
  };
  const [shield, uncovered, withoutAllow, identities] = await Promise.all([
    attempt({ what: "service control policy" }, shieldAsked),
    attempt({ what: "development accounts' units" }, outside()),
    attempt(
      { what: "FullAWSAccess" },
      withoutAnyAllow(
        [...organizationalUnits, authAccount, ...Object.values(developmentAccounts)],
        serviceControlPolicyName,
      ),
    ),
    lookAtIdentities({ ...settings, developmentAccounts }, attempt),
  ]);
  return {
    managementAccount: knownManagementAccount() ?? "",
    shield,
    withoutAllow: withoutAllow ?? [],
    uncovered: reachable.flatMap(([name, id]) => (uncovered?.includes(id) === true ? [name] : [])),
    identities,
    missed,
  };
}

/** The same of the identities alone. */
export async function lookAtIdentities(
  settings: Settings,
  attempt: <T>(missing: { what: "account"; account: string }, call: Promise<T>) => Promise<T | undefined>,
): Promise<Look["identities"]> {
  const accounts = [["auth", settings.authAccount], ...Object.entries(settings.developmentAccounts)] as const;
  const found = await pMap(
    accounts,
    async ([account, id]) =>
      [account, await attempt({ what: "account", account }, identitiesIn(iamIn(id, settings)))] as const,
    { concurrency },
  );
  return new Map(found.flatMap(([account, identities]) => (identities === undefined ? [] : [[account, identities]])));
}
