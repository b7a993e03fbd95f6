import { isDeepStrictEqual } from "node:util";

import { exemptionsOf } from "../../infra/exemptions.ts";
import type { Settings } from "../../infra/settings.ts";
import { type Look, shieldName } from "../aws/look.ts";
import { type StackBefore, targetsOf } from "../preview/guards.ts";
import type { Warning } from "../preview/schema.ts";
import { isStranger, principalsOf } from "./trust.ts";

/** What AWS has of what carries the promise, where it is not as the stack has left it. */
export function brokenPromises(look: Look, before: StackBefore, settings: Settings): Warning[] {
  return [...shieldWarnings(look, before), ...otherBrokenPromises(look, settings)];
}

/** The same without the service control policy, which drift shows like any resource. */
export function otherBrokenPromises(look: Look, settings: Settings): Warning[] {
  return [
    ...withoutAllow(look, settings),
    ...openAccessRoles(look, settings),
    ...exemptNobodies(look, settings),
    ...notLookedAt(look),
  ];
}

/** The service control policy against what the stack has made of it last: what the settings change is the plan's business. */
export function shieldWarnings({ shield, missed }: Look, { held }: StackBefore): Warning[] {
  const made = held.find(({ type }) => type === "service control policy")?.properties;
  if (made === undefined || missed.some(({ what }) => what === "service control policy")) return [];
  const warning = (
    change: "deleted" | "detached" | "attached" | "changed",
    organizationalUnits: string[],
  ): Warning[] => [{ kind: "service-control-policy", change, name: shieldName, organizationalUnits, repair: true }];
  if (shield === undefined) return warning("deleted", []);
  const [wanted, there] = [targetsOf(made), shield.targets];
  const detached = wanted.filter((id) => !there.includes(id));
  const attached = there.filter((id) => !wanted.includes(id));
  return [
    ...(detached.length > 0 ? warning("detached", detached) : []),
    ...(attached.length > 0 ? warning("attached", attached.sort()) : []),
    ...(isDeepStrictEqual(asObject(made["content"]), shield.content) ? [] : warning("changed", [])),
  ];
}

/** Whether AWS has let go of some protection: the policy is gone, off a unit, or another. */
export function isWeakened(alarm: Warning): boolean {
  return alarm.kind === "service-control-policy" && alarm.change !== "attached";
}

/** The state may have the policy as an object or as its text. */
function asObject(content: unknown): unknown {
  return typeof content === "string" ? (JSON.parse(content) as unknown) : content;
}

function withoutAllow({ withoutAllow: targets }: Look, settings: Settings): Warning[] {
  const { authAccount, developmentAccounts } = settings;
  const names = new Map([
    [authAccount, "auth"],
    ...Object.entries(developmentAccounts).map(([name, id]) => [id, name] as const),
  ]);
  if (targets.length === 0) return [];
  return [{ kind: "no-full-access", targets: targets.map((id) => ({ id, name: names.get(id) ?? id })) }];
}

function openAccessRoles({ identities, managementAccount }: Look, { accessRole }: Settings): Warning[] {
  return [...identities].flatMap(([account, found]): Warning[] => {
    const role = found.find(({ type, name }) => type === "role" && name === accessRole);
    if (role === undefined) return [];
    const strangers = principalsOf(role.document).filter((principal) => isStranger(principal, managementAccount));
    if (strangers.length === 0) return [];
    return [{ kind: "access-role", account, role: accessRole, strangers: [...new Set(strangers)], managementAccount }];
  });
}

/** Exempt users who are not there: whoever makes one of that name has keys that work without MFA. */
function exemptNobodies({ identities }: Look, settings: Settings): Warning[] {
  const names = new Map(Object.entries(settings.developmentAccounts).map(([name, id]) => [id, name]));
  return exemptionsOf(settings).flatMap(({ name, arn }): Warning[] => {
    const there = identities.get(names.get(arn.split(":")[4] ?? "") ?? "");
    return there === undefined || there.some((one) => one.arn === arn) ? [] : [{ kind: "exempt-nobody", name, arn }];
  });
}

function notLookedAt({ missed }: Look): Warning[] {
  return missed.map(({ what, account, reason }) => ({
    kind: "not-looked-at",
    what: account === undefined ? what : `account ${account}`,
    reason,
  }));
}
