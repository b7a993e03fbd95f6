import pMap from "p-map";

import type { Settings } from "../../infra/settings.ts";
import type { PrincipalWithoutMfa } from "../aws/credentials-without-mfa.ts";
import { Failure } from "../failure.ts";
import type { GuardOptions, StackBefore } from "../preview/guards.ts";
import type { ShutOut, Warning } from "../preview/schema.ts";

/** Who has used nothing for so long is shut out without consent. */
const idleDays = 90;

type ShutOutSettings = Pick<
  Settings,
  "organizationalUnits" | "authAccount" | "developmentAccounts" | "accessRole" | "shutOut"
>;

/**
 * Whom the service control policy shuts out: the users and root keys of every account that comes under it for the first time. AWS
 * is asked only where the policy comes to another unit.
 */
export async function shutOutBy(
  before: Pick<StackBefore, "organizationalUnits">,
  settings: ShutOutSettings,
  options: GuardOptions = {},
): Promise<Warning[]> {
  const accounts = await accountsThatComeUnder(before.organizationalUnits, settings);
  const found = await pMap(accounts, (account) => lookInto(account, settings), { concurrency: 8 });
  const unnamed = accounts.filter(({ isNamed }) => !isNamed);
  return [
    ...(unnamed.length === 0
      ? []
      : [{ kind: "unnamed-accounts" as const, accounts: unnamed.map(({ id, title }) => ({ id, name: title })) }]),
    ...accounts.flatMap((account, index) => warningsOf(account, found[index] ?? [], settings, options)),
  ];
}

/** An account as the settings name it, else by its id. */
interface Account {
  id: string;
  name: string;
  /** Its name in AWS Organizations. */
  title: string;
  isNamed: boolean;
}

/** The management account is under no service control policy; the auth account must not be, and is refused elsewhere. */
async function accountsThatComeUnder(was: string[], settings: ShutOutSettings): Promise<Account[]> {
  const { organizationalUnits, authAccount, developmentAccounts } = settings;
  if (organizationalUnits.every((id) => was.includes(id))) return [];
  const [{ viewOrganization }, { knownManagementAccount }] = await Promise.all([
    import("../aws/organization.ts"),
    import("../aws/preconditions.ts"),
  ]);
  const view = await viewOrganization();
  const below = (units: string[]): Set<string> =>
    new Set(view.organizationalUnits.filter(({ id }) => units.includes(id)).flatMap(({ accountIds }) => accountIds));
  const [before, now] = [below(was), below(organizationalUnits)];
  const names = new Map(Object.entries(developmentAccounts).map(([name, id]) => [id, name]));
  return view.accounts
    .filter(({ id }) => now.has(id) && !before.has(id) && id !== authAccount && id !== knownManagementAccount())
    .map(({ id, name }) => ({ id, name: names.get(id) ?? id, title: name, isNamed: names.has(id) }));
}

async function lookInto({ id, name }: Account, settings: ShutOutSettings): Promise<ShutOut[]> {
  const [{ iamIn }, { principalsWithoutMfa }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../aws/credentials-without-mfa.ts"),
  ]);
  try {
    const principals = await principalsWithoutMfa(iamIn(id, settings), id);
    return principals.map(({ name: user, credentials }: PrincipalWithoutMfa) => ({
      name: `${name}/${user}`,
      credentials,
    }));
  } catch (error) {
    // Credentials that are broken are not the account's doing.
    if (error instanceof Failure || !(error instanceof Error)) throw error;
    return [{ name: `${name}/*`, credentials: [], unread: `${error.name}: ${error.message}` }];
  }
}

function warningsOf(
  { id, name }: Account,
  found: ShutOut[],
  { shutOut }: ShutOutSettings,
  { acceptShutOut = false }: GuardOptions,
): Warning[] {
  const named = new Set(shutOut.map((entry) => entry.replace(`${id}/`, `${name}/`).toLowerCase()));
  const consentFor = (one: ShutOut) => {
    if (one.unread === undefined && !one.credentials.some(isInUse)) return "not needed";
    if (named.has(one.name.toLowerCase()) || named.has(`${name}/*`)) return "in the settings";
    return acceptShutOut ? "given once" : "needed";
  };
  return [...Map.groupBy(found, consentFor)].map(([consent, users]) => ({
    kind: "shut-out",
    refused: consent === "needed",
    consent,
    account: name,
    accountId: id,
    users,
  }));
}

/** Where AWS does not tell the last use, it is taken for recent. */
function isInUse({ kind, lastUsedAt }: ShutOut["credentials"][number]): boolean {
  if (kind === "root access key" || kind === "service-specific credential") return true;
  return lastUsedAt !== undefined && Date.now() - Date.parse(lastUsedAt) < idleDays * 86_400_000;
}
