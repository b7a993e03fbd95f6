import type { SimulationIdentityPolicy, SimulationOrgPolicies } from "@cloud-copilot/iam-simulate";
import type { Caller } from "./model/caller.ts";
import { defaultDocument, type Identity } from "./model/entities.ts";
import type { LocalAws } from "./model/local-aws.ts";
import { FULL_ACCESS_POLICIES, type PolicyType } from "./model/organization.ts";

const ROOT_USER_POLICY = {
  name: "RootUser",
  policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
};

/** The identity policies of a caller: its own, inline and attached, and for a user those of its groups. */
export function identityPoliciesOf(aws: LocalAws, caller: Caller): SimulationIdentityPolicy[] {
  switch (caller.type) {
    case "User":
      return [caller.user, ...caller.user.groups].flatMap((identity) => policiesOf(aws, caller.accountId, identity));
    case "AssumedRole":
      return policiesOf(aws, caller.accountId, caller.role);
    case "Account":
      return caller.session === undefined
        ? [ROOT_USER_POLICY]
        : [{ name: "RootTask", policy: JSON.parse(caller.session.task) as unknown }];
  }
}

/** The permissions boundary of a caller, if it has one. */
export function boundaryOf(aws: LocalAws, caller: Caller): SimulationIdentityPolicy | undefined {
  if (caller.type === "Account") return undefined;
  const { permissionsBoundary } = caller.type === "User" ? caller.user : caller.role;
  return permissionsBoundary === undefined ? undefined : managed(aws, caller.accountId, permissionsBoundary);
}

/** The service control policies that bind an account's principals, level by level. */
export function serviceControlPoliciesOf(aws: LocalAws, accountId: string): SimulationOrgPolicies[] {
  return controlPolicies(aws, accountId, "SERVICE_CONTROL_POLICY");
}

/**
 * The resource control policies that bind an account's resources, level by level, without AWS's own: the evaluator adds it to each level,
 * since nobody can detach it.
 */
export function resourceControlPoliciesOf(aws: LocalAws, accountId: string): SimulationOrgPolicies[] {
  return controlPolicies(aws, accountId, "RESOURCE_CONTROL_POLICY").map(({ orgIdentifier, policies }) => ({
    orgIdentifier,
    policies: policies.filter(({ name }) => name !== FULL_ACCESS_POLICIES.RESOURCE_CONTROL_POLICY),
  }));
}

/**
 * The policies of a type above an account; none for the management account, outside of the organization, and while the type is disabled.
 */
function controlPolicies({ organization }: LocalAws, accountId: string, type: PolicyType): SimulationOrgPolicies[] {
  const { accounts, enabledPolicyTypes, managementAccountId } = organization;
  if (accountId === managementAccountId || !accounts.has(accountId) || !enabledPolicyTypes.has(type)) return [];
  return organization.levelsOf(accountId).map((level) => ({
    orgIdentifier: level,
    policies: organization
      .policiesOf(level, type)
      .map(({ id, content }) => ({ name: id, policy: JSON.parse(content) as unknown })),
  }));
}

function policiesOf(aws: LocalAws, accountId: string, identity: Identity): SimulationIdentityPolicy[] {
  return [
    ...[...identity.inlinePolicies].map(([name, document]) => ({
      name: `${identity.arn}/${name}`,
      policy: JSON.parse(document) as unknown,
    })),
    ...[...identity.attachedPolicies].map((arn) => managed(aws, accountId, arn)),
  ];
}

function managed(aws: LocalAws, accountId: string, arn: string): SimulationIdentityPolicy {
  const policy = aws.managedPolicy(accountId, arn);
  if (policy === undefined) throw new Error(`policy ${arn} is attached in ${accountId} but does not exist`);
  return { name: arn, policy: JSON.parse(defaultDocument(policy)) as unknown };
}
