import type { Settings } from "../../infra/settings.ts";
import { Failure } from "../failure.ts";
import type { Plan } from "./planned.ts";
import type { Warning } from "./schema.ts";
import { consentTo, warningFact } from "./wording.ts";

/** What the stack holds before an edit is applied, as far as the guards ask for it. */
export interface StackBefore {
  developers: string[];
  /** Where the service control policy is attached. */
  organizationalUnits: string[];
  /** The ids behind the accounts' names. */
  accounts: Record<string, string>;
}

export interface GuardOptions {
  /** How many developers one edit may remove; {@link defaultRemovals} when left out. */
  maxRemovals?: number | undefined;
  /** Let organizational units that hold development accounts go without the service control policy. */
  allowUnprotected?: boolean | undefined;
}

/** Three developers, or a fifth of the roster if that is more. */
export function defaultRemovals(developers: number): number {
  return Math.max(3, Math.floor(developers / 5));
}

/** What the stack held before a run, from the run's own steps. */
export function stackBefore({ resources, accounts }: Plan): StackBefore {
  const before = resources.filter((resource) => resource.before !== undefined);
  return {
    developers: before.flatMap(({ type, name }) => (type === "user" ? [name] : [])),
    organizationalUnits: before.flatMap((resource) =>
      resource.type === "service control policy" ? targetsOf(resource.before) : [],
    ),
    accounts: Object.fromEntries(
      [...accounts].flatMap(([name, ids]) => (ids.before === undefined ? [] : [[name, ids.before]])),
    ),
  };
}

export function targetsOf(inputs: Record<string, unknown> | undefined): string[] {
  const { targetIds } = inputs ?? {};
  return Array.isArray(targetIds) ? targetIds.map(String) : [];
}

/** What an edit would do that up refuses unless told otherwise. Asks AWS only when the policy is to be taken off somewhere. */
export async function dangersOf(before: StackBefore, settings: Settings, options: GuardOptions): Promise<Warning[]> {
  const moved = movedAccounts(before, settings);
  const removals = tooManyRemovals(before, settings, options);
  return [...moved, ...removals, ...(options.allowUnprotected === true ? [] : await unprotected(before, settings))];
}

/** @throws Failure for such an edit, before anything is changed */
export async function requireHarmless(before: StackBefore, settings: Settings, options: GuardOptions): Promise<void> {
  const [danger] = await dangersOf(before, settings, options);
  if (danger === undefined) return;
  const consent = consentTo(danger);
  throw new Failure(
    warningFact(danger, (text) => text),
    consent === undefined
      ? "Nothing was changed. Give the new account a name of its own."
      : `Nothing was changed. If it is meant, run mfa-admin up with ${consent}.`,
    { setting: settingOf(danger) },
  );
}

function tooManyRemovals(
  { developers }: StackBefore,
  settings: Settings,
  { maxRemovals: limit = defaultRemovals(developers.length) }: GuardOptions,
): Warning[] {
  const removed = developers.filter((name) => !(name in settings.developers)).length;
  return removed > limit ? [{ kind: "removals", removed, before: developers.length, limit }] : [];
}

/** Development accounts that are below none of the organizational units any more, but were. */
async function unprotected({ organizationalUnits }: StackBefore, settings: Settings): Promise<Warning[]> {
  const detached = organizationalUnits.filter((id) => !settings.organizationalUnits.includes(id));
  if (detached.length === 0) return [];
  const { viewOrganization } = await import("../aws/organization.ts");
  const { organizationalUnits: units } = await viewOrganization();
  const below = (ids: string[]): Set<string> =>
    new Set(units.filter(({ id }) => ids.includes(id)).flatMap(({ accountIds }) => accountIds));
  const [was, is] = [below(detached), below(settings.organizationalUnits)];
  const accounts = Object.entries(settings.developmentAccounts)
    .filter(([, id]) => was.has(id) && !is.has(id))
    .map(([name]) => name);
  return accounts.length === 0 ? [] : [{ kind: "unprotected", organizationalUnits: detached, accounts }];
}

/** The engine would go on as if the new account had all that was made in the old one. */
function movedAccounts({ accounts }: StackBefore, settings: Settings): Warning[] {
  const now: Record<string, string> = { auth: settings.authAccount, ...settings.developmentAccounts };
  return Object.entries(accounts).flatMap(([account, from]): Warning[] => {
    const to = now[account];
    return to === undefined || to === from ? [] : [{ kind: "account-moved", account, from, to }];
  });
}

/** The key of the settings that a danger comes from. */
function settingOf(danger: Warning): string[] {
  if (danger.kind === "account-moved") {
    return danger.account === "auth" ? ["authAccount"] : ["developmentAccounts", danger.account];
  }
  return [danger.kind === "unprotected" ? "organizationalUnits" : "developers"];
}
