import type { IAMClient } from "@aws-sdk/client-iam";
import pMap from "p-map";

import { endOf, exemptionsOf } from "../../infra/exemptions.ts";
import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { PolicyBefore } from "../changes/stack-before.ts";
import type { ShutOut, Warning } from "../results/warning.ts";

/** A user who has used no credential for so many days is shut out without consent. */
const idleDays = 90;

type ShutOutSettings = Pick<
  Settings,
  "organizationalUnits" | "authAccount" | "developmentAccounts" | "accessRole" | "shutOut" | "exempt"
>;

/**
 * Warnings about whom the service control policy shuts out: the users and root keys of every account that it applies to for the
 * first time, and users whose exemption is removed or shortened. AWS is called only where there are such accounts or users.
 */
export async function shutOutBy(
  before: PolicyBefore,
  settings: ShutOutSettings,
  options: GuardOptions = {},
): Promise<Warning[]> {
  const shuttingOut = before.isWeakened === true ? [] : before.organizationalUnits;
  const added = await accountsThatComeUnder(shuttingOut, settings);
  const unnamed = added.filter(({ isNamed }) => !isNamed);
  const now = endsOf(settings);
  const found = await pMap(added, (account) => lookInto(account, settings, (arn) => !isFuture(now.get(arn))), {
    concurrency: 8,
  });
  const lost = await pMap(accountsOfLost(before, settings), async ({ account, arns }) => ({
    account,
    found: await lookInto(account, settings, (arn) => arns.includes(arn)),
  }));
  return [
    ...(unnamed.length === 0
      ? []
      : [{ kind: "unnamed-accounts" as const, accounts: unnamed.map(({ id, title }) => ({ id, name: title })) }]),
    ...added.flatMap((account, index) => warningsOf(account, found[index] ?? none, settings, options)),
    ...lost.flatMap(({ account, found }) => warningsOf(account, found, settings, options)),
  ];
}

const none: Found = { users: [], roles: [] };

function endsOf(settings: Pick<Settings, "developmentAccounts" | "exempt">): Map<string, string> {
  return new Map(exemptionsOf(settings).map(({ arn, until }) => [arn, endOf(until)]));
}

const isFuture = (time: string | undefined): boolean => time !== undefined && Date.parse(time) > Date.now();

/** The accounts with users whose exemption is in force and ends earlier by the new settings. */
function accountsOfLost(
  { exemptUntil }: PolicyBefore,
  settings: ShutOutSettings,
): { account: Account; arns: string[] }[] {
  const now = endsOf(settings);
  const lost = Object.entries(exemptUntil).filter(([arn, end]) => isFuture(end) && (now.get(arn) ?? "") < end);
  const names = namesById(settings);
  return [...Map.groupBy(lost, ([arn]) => arn.split(":")[4] ?? "")].map(([id, users]) => ({
    account: { id, name: names.get(id) ?? id, title: names.get(id) ?? id, isNamed: names.has(id) },
    arns: users.map(([arn]) => arn),
  }));
}

function namesById({ developmentAccounts }: Pick<Settings, "developmentAccounts">): Map<string, string> {
  return new Map(Object.entries(developmentAccounts).map(([name, id]) => [id, name]));
}

/** An account as the settings name it, else by its id. */
interface Account {
  id: string;
  name: string;
  /** The account's name in AWS Organizations. */
  title: string;
  isNamed: boolean;
}

/**
 * The accounts that the policy applies to for the first time. The management account is left out, since no service control policy
 * applies to it; so is the auth account, which another guard refuses.
 */
async function accountsThatComeUnder(was: string[], settings: ShutOutSettings): Promise<Account[]> {
  const { organizationalUnits, authAccount } = settings;
  if (organizationalUnits.every((id) => was.includes(id))) return [];
  const [{ accountsBelow, viewOrganization }, { knownManagementAccount }] = await Promise.all([
    import("../aws/organization-view.ts"),
    import("../aws/preconditions.ts"),
  ]);
  const view = await viewOrganization();
  const [before, now] = [accountsBelow(view, was), accountsBelow(view, organizationalUnits)];
  const names = namesById(settings);
  return view.accounts
    .filter(({ id }) => now.has(id) && !before.has(id) && id !== authAccount && id !== knownManagementAccount())
    .map(({ id, name }) => ({ id, name: names.get(id) ?? id, title: name, isNamed: names.has(id) }));
}

/** The users whom the policy shuts out of an account, and the roles there that they can assume today. */
interface Found {
  users: ShutOut[];
  roles: { name: string; lastUsedAt?: string }[];
}

/** @param isConcerned whether the user of this ARN is to be reported */
async function lookInto(
  { id, name }: Account,
  settings: ShutOutSettings,
  isConcerned: (arn: string) => boolean,
): Promise<Found> {
  const [{ iamIn }, { principalsWithoutMfa }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../aws/credentials-without-mfa.ts"),
  ]);
  try {
    const iam = iamIn(id, settings);
    const concerned = (await principalsWithoutMfa(iam, id)).filter(({ arn }) => isConcerned(arn));
    const users = concerned.map(({ name: user, credentials }) => ({ name: `${name}/${user}`, credentials }));
    const arns = concerned.map(({ arn }) => arn).filter((arn) => !arn.endsWith(":root"));
    return { users, roles: arns.length === 0 ? [] : await rolesFor(iam, id, arns) };
  } catch (error) {
    // A Failure is about broken credentials, not about this account.
    if (error instanceof Failure || !(error instanceof Error)) throw error;
    return { users: [{ name: `${name}/*`, credentials: [], unread: `${error.name}: ${error.message}` }], roles: [] };
  }
}

/** The roles whose trust policy names one of the account's users or the whole account: the users are denied AssumeRole, too. */
async function rolesFor(iam: IAMClient, accountId: string, users: string[]): Promise<Found["roles"]> {
  const [{ identitiesIn }, { principalsOf }] = await Promise.all([
    import("../aws/identities.ts"),
    import("./trust.ts"),
  ]);
  const letIn = new Set([...users, accountId, `arn:aws:iam::${accountId}:root`]);
  const roles = (await identitiesIn(iam)).filter(({ type }) => type === "role");
  return roles
    .filter(({ document }) => principalsOf(document).some((principal) => letIn.has(principal)))
    .map(({ name, lastUsedAt }) => ({ name, ...(lastUsedAt !== undefined && { lastUsedAt }) }));
}

function warningsOf(
  { id, name }: Account,
  { users: found, roles }: Found,
  { shutOut }: ShutOutSettings,
  { acceptShutOut = false }: GuardOptions,
): Warning[] {
  const named = new Set(shutOut.map((entry) => entry.replace(`${id}/`, `${name}/`).toLowerCase()));
  const consentFor = (one: ShutOut) => {
    if (one.unread === undefined && !one.credentials.some(isInUse)) return "not needed";
    if (named.has(one.name.toLowerCase()) || named.has(`${name}/*`)) return "in the settings";
    return acceptShutOut ? "given once" : "needed";
  };
  return [...Map.groupBy(found, consentFor)].map(([consent, users], index) => ({
    kind: "shut-out",
    refused: consent === "needed",
    consent,
    account: name,
    accountId: id,
    users,
    // The roles are listed once, with the first of an account's warnings.
    ...(index === 0 && roles.length > 0 && { roles }),
  }));
}

/** Whether a credential was used recently; one whose last use AWS does not tell counts as used. */
function isInUse({ kind, lastUsedAt }: ShutOut["credentials"][number]): boolean {
  if (kind === "root access key" || kind === "service-specific credential") return true;
  return lastUsedAt !== undefined && Date.now() - Date.parse(lastUsedAt) < idleDays * 86_400_000;
}
