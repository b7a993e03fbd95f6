import { reservedAccountNames } from "../../infra/account-names.ts";
import { accountsText, namesText } from "../accounts-text.ts";
import type { Stack } from "../engine/automation.ts";
import { unreachedNames } from "../engine/unreached.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import { counted } from "../report/summary.ts";
import { readStackBefore } from "../engine/state-before.ts";
import { type Project, type StackName, stackReference } from "../project/project.ts";
import { listed } from "../report/phrases.ts";

/** The warning of what `destroy` deletes, from the stack's state: the settings may name other resources. */
export async function destroyWarning(stack: Stack, project: Project): Promise<string> {
  return warningOf(await readStackBefore(stack, project), project, unreachedNames(stack));
}

/** @param unreached names of the accounts in which nothing is deleted */
export function warningOf(
  { developers, organizationalUnits: units, held, accounts }: Omit<StackBefore, "given">,
  project: StackName,
  unreached: string[],
): string {
  // The state's order differs from run to run.
  const names = [...new Set(developers)].sort();
  const roles = held.filter(({ type }) => type === "role");
  const going = roles.filter(({ account }) => !unreached.includes(account));
  const places = [...new Set(going.map(({ account }) => account))].sort();
  const total = Object.keys(accounts).filter((name) => !reservedAccountNames.includes(name)).length;
  const guardRails = held.filter(({ type }) => type === "guard rail").length;
  const ownPolicies = held.filter(({ type }) => type === "own service control policy").length;
  const counts = ["user", "role", "service control policy", "guard rail", "own service control policy"];
  const others = held.filter(({ type }) => !counts.includes(type));
  const parts = [
    ...(names.length === 0 ? [] : [`${counted(names.length, "developer")} (${namesText(names)})`]),
    ...(going.length === 0 ? [] : [`${counted(going.length, "role")} (in ${accountsText(places, total)})`]),
    ...(held.some(({ type }) => type === "service control policy") ? ["the service control policy"] : []),
    ...(guardRails === 0 ? [] : [counted(guardRails, "guard rail")]),
    ...(ownPolicies === 0 ? [] : [counted(ownPolicies, "own service control policy")]),
    ...(others.length === 0 ? [] : [counted(others.length, "other resource")]),
  ];
  const what = parts.length === 0 ? "what is left" : listed(parts, (part) => part);
  const staying = [...new Set(roles.map(({ account }) => account))].filter((name) => unreached.includes(name));
  return [
    `This deletes ${what} of the stack "${stackReference(project)}".`,
    ...(units.length === 0
      ? []
      : [`The policy comes off ${namesText(units)}: from then on, access keys work there without MFA.`]),
    ...(staying.length === 0
      ? []
      : [
          `${counted(roles.length - going.length, "role")} in ${namesText(staying)}, out of reach, ${roles.length - going.length === 1 ? "stays" : "stay"}.`,
        ]),
  ].join("\n");
}
