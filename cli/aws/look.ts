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

/** The policies and identities that the stack's promise depends on, as AWS has them now, whatever the state says. */
export interface Look {
  managementAccount: string;
  /** Ids of the accounts from which the access roles are assumed, the management account among them. */
  managers: string[];
  /** The service control policy; undefined when AWS has none, or it could not be read. */
  shield: Shield | undefined;
  /** Names of all service control policies; empty where the settings name no policies of the organization's own. */
  policyNames: string[];
  /** Units and accounts in which no policy allows anything. */
  withoutAllow: string[];
  /** Names of the development accounts below neither the policy's targets nor the settings' units. */
  uncovered: string[];
  /** Each account's identities, by the account's name in the settings. */
  identities: Map<string, Identity[]>;
  /** The parts that could not be read, and why, in AWS's words. */
  missed: { what: Looked; account?: string; reason: string }[];
}

export type Looked = "service control policy" | "FullAWSAccess" | "development accounts' units" | "account";

/** How many accounts are asked at once. */
const concurrency = 8;

/**
 * Reads what the promise depends on: a few calls of Organizations, and one of IAM in each account for up to 1,000 identities. A
 * call that fails does not throw: it is listed in `missed`.
 *
 * @param unreached names of the development accounts whose access role is known to be refused; they are left out
 */
export async function lookAtAws(settings: Settings, unreached: string[] = []): Promise<Look> {
  const { authAccount, organizationalUnits, serviceControlPolicies } = settings;
  const { developmentAccounts } = without(settings, unreached);
  const acting = accountsWithOwnRoles({ ...settings, developmentAccounts });
  const missed: Look["missed"] = [];
  const attempt = noting(missed);
  const shieldAsked = shieldInAws();
  // Most often the settings' units have all accounts, and nothing has to wait for the policy's targets.
  const targets = async (): Promise<string[]> => (await shieldAsked.catch(() => undefined))?.targets ?? [];
  const outside = accountsOutside(Object.values(developmentAccounts), organizationalUnits, targets);
  const listed = async (): Promise<string[]> =>
    serviceControlPolicies.length === 0
      ? []
      : (await controlPolicies("SERVICE_CONTROL_POLICY")).map(({ Name = "" }) => Name);
  const [shield, policyNames, uncovered, withoutAllow, identities] = await Promise.all([
    attempt({ what: "service control policy" }, shieldAsked),
    // Where listing is denied, the attempt above notes it.
    listed().catch(() => []),
    attempt({ what: "development accounts' units" }, outside),
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

/** Waits for a call. An error is noted in `missed`, and the result is undefined. */
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
 * The identities of every account, for callers that need all of them.
 *
 * @param oldForm ids, by name, of the accounts in which a switch to the shared role has left roles of the developers' own
 * @throws Failure for an account that could not be read
 */
export async function allIdentities(
  settings: Settings,
  unreached: string[],
  oldForm: Record<string, string> = {},
): Promise<Look["identities"]> {
  const missed: Look["missed"] = [];
  const reachable = without(settings, unreached);
  const acting = { ...reachable, developmentAccounts: { ...oldForm, ...accountsWithOwnRoles(reachable) } };
  const identities = await lookAtIdentities(acting, noting(missed));
  requireSeen({ missed });
  return identities;
}

const accountUnseen =
  "Whether somebody is shut out there is not known, and a run could let them in. Run the command again when the access role may call iam:GetAccountAuthorizationDetails there.";
const policyUnseen =
  "Whom a run shuts out or leaves unprotected is not known. Run the command again when organizations:ListPolicies, organizations:DescribePolicy and organizations:ListTargetsForPolicy may be called.";

/**
 * @throws Failure for an account, or the service control policy, that could not be read: a run could remove, unseen, what shuts
 * somebody out, or change a policy whose text in force is unknown
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

/** The identities of every account. @param attempt waits for an account's call; an account without a result is left out */
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
