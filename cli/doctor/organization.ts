import pMap from "p-map";

import { accountIdsIn, accountsWithOwnRoles } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { stateOf } from "../aws/account-reach.ts";
import { controlPoliciesOn } from "../aws/control-policies.ts";
import { requireOrganizationalUnits, requireOtherThanManagement, requireTypesOn } from "../aws/preconditions.ts";
import type { Shield } from "../aws/shield.ts";
import type { StackBefore } from "../changes/stack-before.ts";
import { authAccountUnderPolicy } from "../deploy/auth-account-policy.ts";
import { comingPolicies, roomFor } from "../deploy/room.ts";
import { counted } from "../report/summary.ts";
import { advice, warningFact } from "../report/wording.ts";
import type { Check } from "../results/doctor.ts";
import type { Finding } from "../results/verify.ts";
import { type ControlPolicies, readControlPolicies } from "../matrix/control-policies.ts";
import { outside, withoutAllow } from "../verify/organization.ts";
import { looked, ok } from "./check.ts";

/** Checks in AWS Organizations: policy types, units, the accounts' places and states, and room for policies. */
export async function organizationChecks(
  settings: Settings,
  { managementAccount, before, shield }: { managementAccount: string; before: StackBefore; shield: Shield | undefined },
): Promise<Check[]> {
  const accounts = accountIdsIn(settings);
  const units = looked({ name: "units" }, async () => {
    await requireOrganizationalUnits(settings.organizationalUnits);
    return [
      ok(
        { name: "units" },
        `The organization has the ${counted(settings.organizationalUnits.length, "unit")} of the settings.`,
      ),
    ];
  });
  const others = await looked({ name: "management-account" }, () => {
    requireOtherThanManagement(accounts, managementAccount);
    return [];
  });
  const above = await looked({ name: "policy-types" }, async () => {
    const found = await readControlPolicies(Object.values(accounts), settings.organizationalUnits);
    const checks = await Promise.all([
      types(found, settings),
      states(found, { ...settings, developmentAccounts: accountsWithOwnRoles(settings) }),
      authAccount(found, settings, shield),
      room(found, before, settings),
    ]);
    return [...allowed(found, settings), ...places(found, settings), ...checks.flat()];
  });
  return [...(await units), ...others, ...above];
}

function types(found: ControlPolicies, { guardRails }: Settings): Promise<Check[]> {
  const subject = { name: "policy-types" };
  return looked(subject, () => {
    requireTypesOn(guardRails, found);
    const kinds = guardRails.includes("outsiders")
      ? "Service and resource control policies"
      : "Service control policies";
    return [ok(subject, `${kinds} are switched on.`)];
  });
}

function allowed(found: ControlPolicies, settings: Settings): Check[] {
  const levels = new Set([...found.levels.values()].flat().map(({ id }) => id)).size;
  return ofFindings("full-access", withoutAllow(found, settings), () =>
    ok({ name: "full-access" }, `Something is allowed at each of the ${counted(levels, "level")} above the accounts.`),
  );
}

function places(found: ControlPolicies, settings: Settings): Check[] {
  return ofFindings("account-place", outside(found, settings), () =>
    ok(
      { name: "account-place" },
      `${counted(Object.keys(settings.developmentAccounts).length, "development account")} below the settings' units.`,
    ),
  );
}

function ofFindings(name: string, findings: Finding[], otherwise: () => Check): Check[] {
  if (findings.length === 0) return [otherwise()];
  return findings.map(({ account, fact, remedy, command }) => ({
    ...{ name, level: "failure", fact, remedy },
    ...(account !== undefined && { account }),
    ...(command !== undefined && { command }),
  }));
}

/** Checks that the accounts are active: others let nobody in (Organizations API Reference, "Account"). */
async function states(found: ControlPolicies, settings: Settings): Promise<Check[]> {
  const checks = await pMap(
    Object.entries(accountIdsIn(settings)),
    ([account, id]) =>
      looked({ name: "account-state", account }, async (): Promise<Check[]> => {
        const state = found.states.get(id) ?? (await stateOf(id));
        return state === "ACTIVE" ? [] : [inactive(account, id, state)];
      }),
    { concurrency: 2 },
  );
  const bad = checks.flat();
  // Accounts of a shared role are active: a suspended one is passed over, and fails nothing.
  const which = settings.roles === "shared" ? "The auth account" : "Every account";
  return bad.length > 0 ? bad : [ok({ name: "account-state" }, `${which} is active.`)];
}

function inactive(account: string, id: string, state: string): Check {
  const subject = { name: "account-state", account };
  if (state === "unknown") {
    return {
      ...{ ...subject, level: "unknown", fact: `AWS Organizations does not tell the state of ${account} (${id}).` },
      remedy:
        "The right organizations:DescribeAccount is missing; mfa-admin init --ci github writes the policies that have it.",
    };
  }
  const fact =
    state === "left"
      ? `The organization has no account ${id} (${account}).`
      : `The account ${account} (${id}) is not active: ${state}.`;
  const remedy =
    account === "auth"
      ? "Nobody can log in without it: have it made active, or correct authAccount."
      : "Take it out of developmentAccounts, and out of the stack by mfa-admin up --forget-account; docs/accounts.md tells how.";
  return { ...subject, level: "failure", fact, remedy };
}

function authAccount(found: ControlPolicies, settings: Settings, shield: Shield | undefined): Promise<Check[]> {
  const subject = { name: "auth-account", account: "auth" };
  return looked(subject, async () => {
    const path = (found.levels.get(settings.authAccount) ?? []).map(({ id }) => id);
    const [danger] = await authAccountUnderPolicy(settings, shield?.targets ?? [], path);
    if (danger === undefined) return [ok(subject, "The auth account is outside of the service control policy.")];
    const plain = (text: string): string => text;
    return [{ ...subject, level: "failure", fact: warningFact(danger, plain), remedy: advice(danger, plain) }];
  });
}

/** Checks the number of service control policies on each target, with those that the stack will attach. */
async function room(found: ControlPolicies, before: StackBefore, settings: Settings): Promise<Check[]> {
  const levels = new Map([...found.levels.values()].flat().map((level) => [level.id, level]));
  const checks = await pMap(
    [...comingPolicies(before, settings)],
    ([target, coming]) =>
      looked({ name: "quota-policies" }, async (): Promise<Check[]> => {
        const ofType = levels.get(target)?.policies.filter(({ type }) => type === "SERVICE_CONTROL_POLICY");
        const present = ofType ?? (await controlPoliciesOn(target, "SERVICE_CONTROL_POLICY"));
        const names = present.map((policy) => ("name" in policy ? policy.name : (policy.Name ?? "")));
        return [roomCheck(target, names, coming)];
      }),
    { concurrency: 2 },
  );
  return checks.flat();
}

/** @param present names of the service control policies that are on the target */
export function roomCheck(target: string, present: string[], coming: string[]): Check {
  const { added, isEnough, quota } = roomFor(coming, present);
  const more = added.length === 0 ? "" : `, and ${added.length} to come`;
  const fact = `${target} has ${present.length} of ${quota} service control policies${more}.`;
  if (isEnough) return ok({ name: "quota-policies" }, fact);
  const plain = (text: string): string => text;
  const danger = {
    kind: "no-room",
    refused: true,
    organizationalUnit: target,
    policies: present,
    coming: added,
  } as const;
  return { name: "quota-policies", level: "failure", fact: warningFact(danger, plain), remedy: advice(danger, plain) };
}
