import type { Settings } from "../../infra/settings.ts";
import { accountsBelow, viewOrganization } from "../aws/organization-view.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Danger } from "../results/warning.ts";

/** Development accounts that are below none of the organizational units any more, but were. */
export async function unprotected(
  { organizationalUnits, accounts: before }: Pick<StackBefore, "organizationalUnits" | "accounts">,
  settings: Settings,
  { allowUnprotected = false }: GuardOptions,
): Promise<Danger[]> {
  const detached = organizationalUnits.filter((id) => !settings.organizationalUnits.includes(id));
  if (detached.length === 0) return [];
  const view = await viewOrganization();
  const [was, is] = [accountsBelow(view, detached), accountsBelow(view, settings.organizationalUnits)];
  // An account that leaves the stack by the same edit is still there.
  const named = Object.entries(settings.developmentAccounts);
  const left = Object.entries(before).filter(([name, id]) => name !== "auth" && !named.some((one) => one[1] === id));
  const names = [...named, ...left.sort()].map(([name, id]) => [id, name] as const);
  const accounts = names.filter(([id]) => was.has(id) && !is.has(id)).map(([, name]) => name);
  if (accounts.length === 0) return [];
  return [{ kind: "unprotected", refused: !allowUnprotected, organizationalUnits: detached, accounts }];
}
