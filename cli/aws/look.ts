import pMap from "p-map";

import { accountIdsIn, accountsWithOwnRoles, serviceControlPolicyName } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import { iamIn } from "./clients.ts";
import { controlPolicies } from "./control-policies.ts";
import { wordsOf } from "./error-words.ts";
import { type Identity, identitiesIn } from "./identities.ts";
import { accountsOutside } from "./organization-view.ts";
import { knownManagementAccount, knownManagers } from "./preconditions.ts";
import { type Shield, shieldInAws, withoutAnyAllow } from "./shield.ts";

/** What carries the stack's promise, as AWS has it now, whatever the state says. */
export interface Look {
  managementAccount: string;
  /** Ids of the accounts whose business the access roles are, the management account among them. */
  managers: string[];
  /** The service control policy; nothing when AWS has none, or it could not be looked at. */
  shield: Shield | undefined;
  /** Names of all service control policies; none where the settings have none of the organization's own. */
  policyNames: string[];
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
  const { authAccount, organizationalUnits, serviceControlPolicies } = settings;
  const { developmentAccounts } = without(settings, unreached);
  const acting = accountsWithOwnRoles({ ...settings, developmentAccounts });
  const missed: Look["missed"] = [];
  const attempt = noting(missed);
  const shieldAsked = shieldInAws();
  const outside = async (): Promise<string[]> => {
    const targets = (await shieldAsked.catch(() => undefined))?.targets ?? [];
    return accountsOutside(Object.values(developmentAccounts), [...targets, ...organizationalUnits]);
  };
  const listed = async (): Promise<string[]> =>
    serviceControlPolicies.length === 0
      ? []
      : (await controlPolicies("SERVICE_CONTROL_POLICY")).map(({ Name = "" }) => Name);
  const [shield, policyNames, uncovered, withoutAllow, identities] = await Promise.all([
    attempt({ what: "service control policy" }, shieldAsked),
    // Who may not list them is told so by the attempt above.
    listed().catch(() => []),
    attempt({ what: "development accounts' units" }, outside()),
    attempt(
      { what: "FullAWSAccess" },
      withoutAnyAllow([...organizationalUnits, authAccount, ...Object.values(acting)], serviceControlPolicyName),
    ),
    lookAtIdentities({ ...settings, developmentAccounts: acting }, attempt),
  ]);
  return {
    managementAccount: knownManagementAccount() ?? "",
    managers: knownManagers(),
    shield,
    policyNames,
    withoutAllow: withoutAllow ?? [],
    uncovered: Object.entries(developmentAccounts).flatMap(([name, id]) =>
      uncovered?.includes(id) === true ? [name] : [],
    ),
    identities,
    missed,
  };
}

/** Waits for a call; one that is refused is noted, and has found nothing. */
const noting =
  (missed: Look["missed"]) =>
  async <T>(missing: Omit<Look["missed"][number], "reason">, call: Promise<T>): Promise<T | undefined> => {
    try {
      return await call;
    } catch (error) {
      missed.push({ ...missing, reason: wordsOf(error) });
      return undefined;
    }
  };

function without(settings: Settings, unreached: string[]): Settings {
  const reachable = Object.entries(settings.developmentAccounts).filter(([name]) => !unreached.includes(name));
  return { ...settings, developmentAccounts: Object.fromEntries(reachable) };
}

/**
 * The identities of every account, for whoever cannot go on without one of them.
 *
 * @throws Failure for an account that could not be looked at
 */
export async function allIdentities(settings: Settings, unreached: string[]): Promise<Look["identities"]> {
  const missed: Look["missed"] = [];
  const reachable = without(settings, unreached);
  const acting = { ...reachable, developmentAccounts: accountsWithOwnRoles(reachable) };
  const identities = await lookAtIdentities(acting, noting(missed));
  requireSeen({ missed });
  return identities;
}

const accountUnseen =
  "Whether somebody is shut out there is not known, and a run could let them in. Run the command again when the access role may call iam:GetAccountAuthorizationDetails there.";
const policyUnseen =
  "Whom a run shuts out or leaves unprotected is not known. Run the command again when organizations:ListPolicies, organizations:DescribePolicy and organizations:ListTargetsForPolicy may be called.";

/**
 * @throws Failure for an account, or the service control policy, that could not be looked at: a run would take off unseen what shuts
 * somebody out, or change a policy of which nobody knows what is in force
 */
export function requireSeen({ missed }: Pick<Look, "missed">): void {
  const needed = missed.filter(({ what }) => what === "account" || what === "service control policy");
  if (needed.length === 0) return;
  throw new Failure(
    needed
      .map(
        ({ what, account = "", reason }) =>
          `The ${`${what} ${account}`.trim()} could not be looked at in AWS: ${reason}`,
      )
      .join("\n"),
    [...new Set(needed.map(({ what }) => (what === "account" ? accountUnseen : policyUnseen)))].join(" "),
  );
}

/** The same of the identities, telling what could not be looked at. */
export async function lookAtIdentities(
  settings: Pick<Settings, "authAccount" | "developmentAccounts" | "accessRole">,
  attempt: <T>(missing: { what: "account"; account: string }, call: Promise<T>) => Promise<T | undefined>,
): Promise<Look["identities"]> {
  const accounts = Object.entries(accountIdsIn(settings));
  const found = await pMap(
    accounts,
    async ([account, id]) =>
      [account, await attempt({ what: "account", account }, identitiesIn(iamIn(id, settings)))] as const,
    { concurrency },
  );
  return new Map(found.flatMap(([account, identities]) => (identities === undefined ? [] : [[account, identities]])));
}
