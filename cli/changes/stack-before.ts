import { exemptionEnds } from "../../infra/exemptions.ts";
import { shutsOutWithoutMfa } from "../../infra/policies.ts";
import { type Given, givenIn } from "./given.ts";
import type { StackChanges } from "./resource.ts";

/** What the guards ask for of the service control policy. */
export interface PolicyBefore {
  /** Where it is attached: units, and by hand the root or accounts. */
  organizationalUnits: string[];
  /** When each user's exemption from it ends, by ARN. */
  exemptUntil: Record<string, string>;
  /** Its text is not the stack's, so that others than those who are exempt may go without MFA. */
  isWeakened?: boolean;
}

/** What the stack holds before an edit is applied, as far as the guards ask for it. */
export interface StackBefore extends PolicyBefore {
  developers: string[];
  /** The names of their roles. */
  roles: string[];
  /** The ids behind the accounts' names. */
  accounts: Record<string, string>;
  /** ARNs of the managed policies that the roles have, permissions boundaries included. */
  managedPolicies: string[];
  /** Everything with its properties, under the names that it had. */
  held: {
    account: string;
    type: string;
    name: string;
    /** Whose it is; nothing for what all developers share. */
    developer?: string;
    properties: Record<string, unknown>;
  }[];
  /** What the roles had been given when the stack was last applied. */
  given: Given;
}

/** What the stack held before a run, from the run's own steps. */
export function stackBefore({ resources, accounts, given = givenIn({}) }: StackChanges): StackBefore {
  const before = resources.filter((resource) => resource.before !== undefined);
  const policy = before.find(({ type }) => type === "service control policy")?.before;
  return {
    developers: before.flatMap(({ type, name }) => (type === "user" ? [name] : [])),
    roles: before.flatMap(({ type, name, formerName = name }) => (type === "role" ? [formerName] : [])),
    ...(policy === undefined
      ? { organizationalUnits: [], exemptUntil: {} }
      : policyBefore(policy["content"], targetsOf(policy))),
    held: before.map(({ account, type, name, formerName = name, developer, before: properties = {} }) => ({
      account,
      type,
      name: formerName,
      ...(developer !== undefined && { developer }),
      properties,
    })),
    given,
    accounts: Object.fromEntries(
      [...accounts].flatMap(([name, ids]) => (ids.before === undefined ? [] : [[name, ids.before]])),
    ),
    managedPolicies: [
      ...new Set(before.flatMap(({ type, before: inputs }) => (type === "role" ? policiesOf(inputs) : []))),
    ],
  };
}

export function policyBefore(content: unknown, organizationalUnits: string[]): PolicyBefore {
  return { organizationalUnits, exemptUntil: exemptionEnds(content), isWeakened: !shutsOutWithoutMfa(content) };
}

function policiesOf({ managedPolicyArns, permissionsBoundary }: Record<string, unknown> = {}): string[] {
  return [
    ...(Array.isArray(managedPolicyArns) ? managedPolicyArns.map(String) : []),
    ...(typeof permissionsBoundary === "string" ? [permissionsBoundary] : []),
  ];
}

export function targetsOf(inputs: Record<string, unknown> | undefined): string[] {
  const { targetIds } = inputs ?? {};
  return Array.isArray(targetIds) ? targetIds.map(String) : [];
}
