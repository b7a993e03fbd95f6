import { exemptionEnds } from "../../infra/exemptions.ts";
import { shutsOutWithoutMfa } from "../../infra/policies.ts";
import { type Given, givenIn } from "./given.ts";
import type { StackChanges } from "./resource.ts";

/** The facts about the service control policy that the guards need. */
export interface PolicyBefore {
  /** The policy's targets: organizational units, and the root or accounts where it was attached by hand. */
  organizationalUnits: string[];
  /** The end of each user's exemption, by ARN. */
  exemptUntil: Record<string, string>;
  /** Whether the policy's text is not the stack's, so that more than the exempt users may act without MFA. */
  isWeakened?: boolean;
}

/** The stack before an edit is applied, as far as the guards need it. */
export interface StackBefore extends PolicyBefore {
  developers: string[];
  /** The names of the developers' roles. */
  roles: string[];
  /** The accounts' ids, by name. */
  accounts: Record<string, string>;
  /** ARNs of the managed policies that the roles have, permissions boundaries included. */
  managedPolicies: string[];
  /** All resources with their properties, under the names that they had. */
  held: {
    account: string;
    type: string;
    name: string;
    /** The developer whose resource it is; undefined for what all developers share. */
    developer?: string;
    properties: Record<string, unknown>;
  }[];
  /** The policies that the roles were given when the stack was last applied. */
  given: Given;
}

/** The stack before a run, from the run's own steps. */
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
