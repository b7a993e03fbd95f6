import type { Settings } from "../../infra/settings.ts";
import { accountsBelow, viewOrganization } from "../aws/organization-view.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Danger } from "../results/warning.ts";

/** The danger of development accounts that were below one of the organizational units and no longer are. */
export async function unprotected(
  { organizationalUnits, accounts: before }: Pick<StackBefore, "organizationalUnits" | "accounts">,
  settings: Settings,
  { allowUnprotected = false }: GuardOptions,
): Promise<Danger[]> {
  const detached = organizationalUnits.filter((id) => !settings.organizationalUnits.includes(id));
  if (detached.length === 0) return [];
  const view = await viewOrganization();
  const [was, is] = [accountsBelow(view, detached), accountsBelow(view, settings.organizationalUnits)];
  // An account that the same edit removes from the stack still exists, and counts.
  const named = Object.entries(settings.developmentAccounts);
  const left = Object.entries(before).filter(([name, id]) => name !== "auth" && !named.some((one) => one[1] === id));
  const names = [...named, ...left.sort()].map(([name, id]) => [id, name] as const);
  const accounts = names.filter(([id]) => was.has(id) && !is.has(id)).map(([, name]) => name);
  if (accounts.length === 0) return [];
  return [{ kind: "unprotected", refused: !allowUnprotected, organizationalUnits: detached, accounts }];
}
