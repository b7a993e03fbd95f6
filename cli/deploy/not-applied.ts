import { ownRolesOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { namesText } from "../accounts-text.ts";
import { stackHeldBy } from "../engine/state-before.ts";
import type { NotedResource } from "../state/checkpoint.ts";

/** The settings that the stack's state does not have: nobody has run `up` since they were edited, or it did not finish. */
export interface NotApplied {
  /** By developer: the accounts in which their role is still to be made. */
  missing: Map<string, string[]>;
  /** Whether the service control policy is still to be made. */
  policy: boolean;
  /** Whether the role that developers share is still to be made. */
  sharedRole: boolean;
  /** By developer: accounts in which the state has a role that the settings no longer give; empty for a removed developer. */
  left: Map<string, string[]>;
  /** Whether nothing is applied: the state has none of the settings. */
  everything: boolean;
}

/** Compares the settings with the resources of the state, by name. Other differences are left to `preview`. */
export function notApplied(settings: Settings, resources: NotedResource[]): NotApplied {
  const { held } = stackHeldBy(resources);
  const has = new Set(held.map(({ account, type, developer = "" }) => `${type} ${developer} ${account}`));
  const names = Object.keys(settings.developers);
  const missing = names.flatMap((name): [string, string[]][] => {
    const accounts = ownRolesOf(settings, name).filter((account) => !has.has(`role ${name} ${account}`));
    return accounts.length > 0 || !has.has(`user ${name} auth`) ? [[name, accounts]] : [];
  });
  const left = new Map<string, string[]>();
  for (const { account, type, developer } of held) {
    if (developer === undefined) continue;
    if (!Object.hasOwn(settings.developers, developer)) left.set(developer, []);
    else if (type === "role" && settings.roles !== "shared" && !ownRolesOf(settings, developer).includes(account)) {
      left.set(developer, [...(left.get(developer) ?? []), account]);
    }
  }
  return {
    missing: new Map(missing),
    policy: !held.some(({ type }) => type === "service control policy"),
    sharedRole: settings.roles === "shared" && !held.some(({ type }) => type === "stack set"),
    left,
    everything: held.length === 0,
  };
}

/** The same as sentences, with the command to run; none where everything is applied. */
export function notAppliedLines(
  { missing, policy, sharedRole, left, everything }: NotApplied,
  settings: Settings,
): string[] {
  if (everything) return ["Nothing of the settings is applied: AWS has none of it. Run mfa-admin up."];
  const parts = [
    ...(policy ? ["the service control policy, so that nothing asks for MFA in the development accounts"] : []),
    ...(sharedRole ? ["the role that developers share in every account"] : []),
    ...peopleParts(missing, (name) => ownRolesOf(settings, name).length),
  ];
  const over = peopleParts(left, () => 0);
  return [
    ...(parts.length > 0 ? [`Not applied yet: ${parts.join("; ")}. Run mfa-admin up.`] : []),
    ...(over.length > 0 ? [`In AWS, but no longer in the settings: ${over.join("; ")}. mfa-admin up removes it.`] : []),
  ];
}

/** "alice, bob and 3 more; carol in payments": developers with all of their accounts come together, others by their accounts. */
function peopleParts(people: Map<string, string[]>, all: (name: string) => number): string[] {
  const places = Map.groupBy(people, ([name, accounts]) =>
    accounts.length === all(name) || accounts.length === 0 ? "" : ` in ${namesText(accounts)}`,
  );
  return [...places].map(([where, those]) => `${namesText(those.map(([name]) => name))}${where}`);
}
