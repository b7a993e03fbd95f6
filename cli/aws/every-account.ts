import { accountsByName } from "../../infra/accounts-of-units.ts";
import type { Settings } from "../../infra/settings.ts";
import { managementAccountAtHand } from "./preconditions.ts";

/**
 * The settings with a name for every account that the shared role is for: the active accounts of the organizational units, whether
 * the settings name them or not. Where each developer has a role of their own, AWS is not called.
 *
 * @param options.suspended whether accounts that are not active are among them, too
 */
export async function withEveryAccount(
  settings: Settings,
  { suspended = false }: { suspended?: boolean } = {},
): Promise<Settings> {
  if (settings.roles !== "shared") return settings;
  await managementAccountAtHand(settings);
  const known = await accountsByName(settings);
  const resting = new Set(known.flatMap(({ id, state }) => (suspended || state === "ACTIVE" ? [] : [id])));
  const named = Object.entries(settings.developmentAccounts);
  const all = [...named, ...known.map(({ name, id }): [string, string] => [name, id])];
  return { ...settings, developmentAccounts: Object.fromEntries(all.filter(([, id]) => !resting.has(id))) };
}
