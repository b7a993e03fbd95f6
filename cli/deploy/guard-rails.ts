import pMap from "p-map";

import { type GuardRail, guardRailNames, guardRailsIn } from "../../infra/guard-rails.ts";
import type { Settings } from "../../infra/settings.ts";
import { type Identity, isCanary } from "../aws/identities.ts";
import type { Look } from "../aws/look.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import type { Danger, Warning } from "../results/warning.ts";
import type { GuardOptions } from "./guard-options.ts";
import { principalsOf } from "./trust.ts";

/** The guard rails that the stack's control policies have. */
export function guardRailsBefore({ held }: Pick<StackBefore, "held">): GuardRail[] {
  const contents = held.filter(({ type }) => type === "guard rail").map(({ properties }) => properties["content"]);
  return guardRailNames.filter((name) => contents.some((content) => guardRailsIn(content).includes(name)));
}

/** The guard rails that an edit removes: developers' sessions may then do what these denied. */
export function removedGuardRails(
  before: GuardRail[],
  { guardRails }: Pick<Settings, "guardRails">,
  { allowUnprotected = false }: GuardOptions,
): Danger[] {
  const removed = before.filter((name) => !guardRails.includes(name));
  return removed.length === 0 ? [] : [{ kind: "guard-rails-removed", refused: !allowUnprotected, guardRails: removed }];
}

/**
 * Warnings about the identities in AWS that new guard rails stop. docs/guard-rails.md tells of what AWS does not show, such as an
 * application that makes keys.
 *
 * @param look the accounts' identities; no warnings where they were not read
 */
export async function guardRailsStop(
  before: Pick<StackBefore, "held">,
  settings: Guarded,
  { identities, managementAccount = "" }: Partial<Pick<Look, "identities" | "managementAccount">>,
): Promise<Warning[]> {
  const present = guardRailsBefore(before);
  const added = settings.guardRails.filter((name) => !present.includes(name));
  if (identities === undefined || added.length === 0) return [];
  const known = [managementAccount, ...settings.trustedAccounts];
  const outsiders = added.includes("outsiders") ? await outsidersIn(identities, known) : new Set<string>();
  return added.flatMap((guardRail): Warning[] => {
    const stopped = (stoppedBy[guardRail]?.(identities, settings, outsiders) ?? []).sort();
    return stopped.length === 0 ? [] : [{ kind: "guard-rail-stops", guardRail, stopped }];
  });
}

type Guarded = Pick<Settings, "guardRails" | "trustedAccounts" | "developers">;
type Stopped = (identities: Look["identities"], settings: Guarded, outsiders: Set<string>) => string[];

const stoppedBy: Partial<Record<GuardRail, Stopped>> = {
  identities: (identities) =>
    inAccounts(identities).flatMap(([account, identity]) =>
      identity.type === "user" && !isCanary(identity) ? [`${account}/${identity.name}`] : [],
    ),
  federation: (identities) => [
    ...new Set(
      inAccounts(identities).flatMap(([account, { type, document }]) =>
        type === "role" ? providersIn(document).map((provider) => `${account}/${provider}`) : [],
      ),
    ),
  ],
  outsiders: (identities, _, outsiders) =>
    inAccounts(identities).flatMap(([account, identity]) => {
      const strangers = trustedAccountsOf(identity).filter((id) => outsiders.has(id));
      return strangers.length === 0 ? [] : [`${account}/${identity.name} (${[...new Set(strangers)].join(", ")})`];
    }),
  auth: (identities, { developers }) =>
    (identities.get("auth") ?? []).flatMap((identity) => {
      const { type, name } = identity;
      return type === "user" && !Object.hasOwn(developers, name) && !isCanary(identity) ? [`auth/${name}`] : [];
    }),
};

/** The identities of the development accounts, each with its account's name. */
function inAccounts(identities: Look["identities"]): [string, Identity][] {
  return [...identities].flatMap(([account, own]) =>
    account === "auth" ? [] : own.map((identity): [string, Identity] => [account, identity]),
  );
}

/** The accounts outside of the organization that roles trust; "*" stands for everybody. */
async function outsidersIn(identities: Look["identities"], known: string[]): Promise<Set<string>> {
  const { isOfOrganization } = await import("../aws/organization-view.ts");
  const trusted = new Set(inAccounts(identities).flatMap(([, identity]) => trustedAccountsOf(identity)));
  const unknown = [...trusted].filter((id) => !known.includes(id));
  const isOutside = await pMap(unknown, async (id) => id === "*" || !(await isOfOrganization(id)), { concurrency: 2 });
  return new Set(unknown.filter((_, index) => isOutside[index] === true));
}

/** The identity providers that a trust policy names: "oidc-provider/token.actions.githubusercontent.com". */
function providersIn(document: unknown): string[] {
  return principalsOf(document).flatMap((principal) => /:((?:oidc|saml)-provider\/.+)$/.exec(principal)?.[1] ?? []);
}

/** The accounts that a role's trust policy names, by id or in an ARN; "*" stands for everybody. */
function trustedAccountsOf({ type, document }: Identity): string[] {
  if (type !== "role") return [];
  return principalsOf(document).flatMap((principal) => {
    if (principal === "*") return ["*"];
    return /^(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(principal)?.[1] ?? [];
  });
}
