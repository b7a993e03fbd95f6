/** Compares the organization's policies above each account with those that should be there. */

import { exemptionsOf } from "../../infra/exemptions.ts";
import { furtherPolicies } from "../../infra/control-policies.ts";
import type { ControlPolicyType } from "../../infra/guard-rails.ts";
import { serviceControlPolicyName, sharedRoleName } from "../../infra/names.ts";
import { allowsAnything, isSameDocument } from "../../infra/policy-documents.ts";
import { serviceControlPolicy, shutsOutWithoutMfa } from "../../infra/policies.ts";
import type { Settings } from "../../infra/settings.ts";
import type { Finding } from "../results/verify.ts";
import { type ControlPolicies, textsOf } from "../matrix/control-policies.ts";
import { nameOf, repair } from "./finding.ts";
import type { Comparison } from "./given.ts";

interface Wanted {
  name: string;
  type: ControlPolicyType;
  /** Names and ids of the accounts that the policy must bind. */
  accounts: [name: string, id: string][];
  isMet: (content: string) => boolean;
}

/** The policies that should be in force, each with its accounts. */
function wantedPolicies(settings: Settings, organizationId: string): Wanted[] {
  const development = Object.entries(settings.developmentAccounts);
  const sameAs = (document: unknown) => (content: string) => isSameDocument(content, document);
  const shield = sameAs(serviceControlPolicy(exemptionsOf(settings)));
  const onTheWayBack = furtherPolicies(withSharedRoleKept(settings), organizationId);
  // The state alone knows whether a switch is finished.
  const alternatives = (key: string): unknown[] =>
    onTheWayBack.flatMap((policy) => (policy.key === key ? [policy.content] : []));
  return [
    {
      ...{ name: serviceControlPolicyName, type: "SERVICE_CONTROL_POLICY", accounts: development },
      isMet: exemptionsOf(settings).length === 0 ? shutsOutMore : shield,
    },
    ...furtherPolicies(settings, organizationId).map(({ key, name, type, content, targetIds }): Wanted => ({
      ...{
        name,
        type,
        isMet: (text) => [content, ...alternatives(key)].some((document) => isSameDocument(text, document)),
      },
      accounts: targetIds.includes(settings.authAccount) ? [["auth", settings.authAccount]] : development,
    })),
  ];
}

/** The settings while the shared role is still kept beside roles of the developers' own. */
const withSharedRoleKept = (settings: Settings) =>
  settings.roles === "shared"
    ? settings
    : { ...settings, oldForm: { roles: [sharedRoleName(settings)], stackSet: true } };

/** Whether a policy denies at least what the stack's denies, without exemptions. */
const shutsOutMore = (content: string): boolean =>
  shutsOutWithoutMfa(content) && !content.includes("DateGreaterThanEquals");

/** Compares the levels above the accounts with the policies that should be there. */
export function organizationComparison(
  above: ControlPolicies,
  settings: Settings,
  organizationId: string,
): Comparison & { guarded: Set<string> } {
  const wanted = wantedPolicies(settings, organizationId);
  const compared: Comparison["compared"] = [];
  const findings = [...typesOff(above, wanted), ...outside(above, settings), ...withoutAllow(above, settings)];
  const guarded = new Set<string>();
  for (const { name, type, accounts, isMet } of wanted) {
    const without = accounts.filter(([account, id]) => {
      const holds = (above.levels.get(id) ?? []).some((level) => textsOf(level, type).some(isMet));
      compared.push({ account, what: `${words[type]} ${name}`, holds });
      if (holds && type === "RESOURCE_CONTROL_POLICY") guarded.add(id);
      return !holds;
    });
    if (without.length > 0) findings.push(notInForce(name, type, without, above));
  }
  return { compared, findings, guarded };
}

const words: Record<ControlPolicyType, string> = {
  SERVICE_CONTROL_POLICY: "service control policy",
  RESOURCE_CONTROL_POLICY: "resource control policy",
};

function notInForce(
  name: string,
  type: ControlPolicyType,
  without: [name: string, id: string][],
  { names, levels }: ControlPolicies,
): Finding {
  const isAbove = without.some(([, id]) =>
    (levels.get(id) ?? []).some(({ policies }) => policies.some((policy) => policy.name === name)),
  );
  const why = isAbove ? "does not say what the stack has it say" : names.has(name) ? "is not attached" : "is not there";
  return {
    ...{ name: nameOf("control-policy", name), kind: "control-policy" },
    fact: `The ${words[type]} ${name} ${why}, above ${without.map(([account]) => account).join(", ")}.`,
    meaning:
      name === serviceControlPolicyName
        ? "Nobody needs MFA there any more: whoever has a key of those accounts may use it."
        : "What this guard rail stops can be done there.",
    ...repair,
  };
}

function typesOff({ types, rootId }: ControlPolicies, wanted: Wanted[]): Finding[] {
  const needed = new Set(wanted.map(({ type }) => type));
  return [...needed]
    .filter((type) => !types.includes(type))
    .map((type) => ({
      ...{ name: nameOf("policy-type", type), kind: "policy-type" as const },
      fact: `${words[type].replace(/^./, (first) => first.toUpperCase()).replace(/y$/, "ies")} are switched off in the organization.`,
      meaning: "None of them counts, whatever they are attached to. Nothing was changed by looking.",
      remedy: "Switch them on, and have the stack attach its own again by a refresh and an up.",
      command: `aws organizations enable-policy-type --policy-type ${type} --root-id ${rootId}`,
    }));
}

/** Development accounts that are below none of the settings' units. */
export function outside({ levels }: Pick<ControlPolicies, "levels">, settings: Settings): Finding[] {
  const { developmentAccounts, organizationalUnits } = settings;
  return Object.entries(developmentAccounts).flatMap(([account, id]): Finding[] => {
    const path = (levels.get(id) ?? []).map((level) => level.id);
    if (path.some((level) => organizationalUnits.includes(level))) return [];
    const place = path.length === 0 ? "is not of the organization" : `is below ${path.slice(0, -1).join(" > ")}`;
    return [
      {
        ...{ name: nameOf("account-outside", account), kind: "account-outside", account },
        fact: `The account ${account} (${id}) ${place}, outside of the settings' organizational units.`,
        meaning: "The policies of the stack do not reach it.",
        remedy: "Move it there, or name its unit in organizationalUnits.",
        command: `aws organizations move-account --account-id ${id} --source-parent-id ${path.at(-2) ?? "PARENT"} --destination-parent-id ${organizationalUnits[0] ?? ""}`,
      },
    ];
  });
}

/** Levels at which no policy allows anything, each reported once, whatever the number of accounts below it. */
export function withoutAllow(
  { levels, types }: Pick<ControlPolicies, "levels" | "types">,
  { authAccount, developmentAccounts }: Settings,
): Finding[] {
  if (!types.includes("SERVICE_CONTROL_POLICY")) return [];
  const names = new Map([
    [authAccount, "auth"],
    ...Object.entries(developmentAccounts).map(([name, id]) => [id, name] as const),
  ]);
  const bare = [...levels.values()]
    .flat()
    .filter((level) => !textsOf(level, "SERVICE_CONTROL_POLICY").some(allowsAnything));
  return [...new Set(bare.map(({ id }) => id))].map((id) => ({
    ...{ name: nameOf("full-access", names.get(id) ?? id), kind: "full-access" as const },
    fact: `FullAWSAccess is not attached to ${names.get(id) ?? id}, nor another policy that allows anything.`,
    meaning: "Nothing at all is allowed there and below, to nobody: not even the access role can put anything right.",
    remedy: "Attach it again.",
    command: `aws organizations attach-policy --policy-id p-FullAWSAccess --target-id ${id}`,
  }));
}
