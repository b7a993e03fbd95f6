import { validatePolicy } from "../../authorization.ts";
import { AwsError } from "../../errors.ts";
import { policyId } from "../../model/identifiers.ts";
import {
  FULL_ACCESS_POLICIES,
  POLICY_TYPES,
  type Organization,
  type OrganizationsPolicy,
  type PolicyType,
} from "../../model/organization.ts";
import { parseDocument } from "../../policy-document.ts";
import type { Output } from "../../protocols/protocol.ts";
import { tags, type RequestContext } from "../../request-context.ts";
import { tokenPage } from "../page.ts";
import type { Call, Operation, Operations } from "../service.ts";

/** Quotas. Those of service control policies are of 2026-05-15; before, they were the same as those of resource control policies. */
const LIMITS: Record<PolicyType, { characters: number; perTarget: number }> = {
  SERVICE_CONTROL_POLICY: { characters: 10_240, perTarget: 10 },
  RESOURCE_CONTROL_POLICY: { characters: 5_120, perTarget: 5 },
};
const POLICY_TYPE = new RegExp(`^(${POLICY_TYPES.join("|")})$`);

/** Actions on service and resource control policies and their attachments. */
export const policyOperations: Operations = {
  ListPolicies: {
    on: () => "*",
    context: (call) => ({ "organizations:PolicyType": typeFrom(call, "Filter") }),
    run(call) {
      const type = typeFrom(call, "Filter");
      const policies = [...call.aws.organization.policies.values()].filter((policy) => policy.type === type);
      const { page, more } = tokenPage(call, policies);
      return { Policies: page.map(showSummary), ...more };
    },
  },
  ListPoliciesForTarget: {
    on: targetArn,
    context: (call) => ({ "organizations:PolicyType": typeFrom(call, "Filter") }),
    run(call) {
      const policies = call.aws.organization.policiesOf(existingTarget(call), typeFrom(call, "Filter"));
      const { page, more } = tokenPage(call, policies);
      return { Policies: page.map(showSummary), ...more };
    },
  },
  ListTargetsForPolicy: {
    on: policyArn,
    context: ofPolicy,
    run(call) {
      const { organization } = call.aws;
      const { page, more } = tokenPage(call, [...existingPolicy(call).targets]);
      return { Targets: page.map((id) => showTarget(organization, id)), ...more };
    },
  },
  DescribePolicy: {
    on: policyArn,
    context: ofPolicy,
    run: (call) => showPolicy(existingPolicy(call)),
  },
  CreatePolicy: change({
    on: () => "*",
    context: (call) => ({
      "organizations:PolicyType": typeFrom(call, "Type"),
      ...tags("aws:RequestTag", call.input.tags()),
    }),
    async run(call) {
      const { organization } = call.aws;
      const type = typeFrom(call, "Type");
      const name = call.input.string("Name");
      const content = await contentFrom(call, type);
      refuseDuplicate(organization, name);
      const id = policyId();
      const policy: OrganizationsPolicy = {
        id,
        arn: organization.arn("policy", `${type.toLowerCase()}/${id}`),
        name,
        description: call.input.optional("Description") ?? "",
        content,
        type,
        awsManaged: false,
        targets: new Set(),
        tags: call.input.tags(),
      };
      organization.policies.set(id, policy);
      return showPolicy(policy);
    },
  }),
  UpdatePolicy: change({
    on: policyArn,
    context: ofPolicy,
    async run(call) {
      const policy = changeablePolicy(call);
      const content =
        call.input.optional("Content") === undefined ? policy.content : await contentFrom(call, policy.type);
      const name = call.input.optional("Name") ?? policy.name;
      if (name !== policy.name) refuseDuplicate(call.aws.organization, name);
      policy.name = name;
      policy.description = call.input.optional("Description") ?? policy.description;
      policy.content = content;
      return showPolicy(policy);
    },
  }),
  DeletePolicy: change({
    on: policyArn,
    context: ofPolicy,
    run(call) {
      const policy = changeablePolicy(call);
      if (policy.targets.size > 0) {
        throw new AwsError(
          "PolicyInUseException",
          "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.",
        );
      }
      call.aws.organization.policies.delete(policy.id);
      return {};
    },
  }),
  AttachPolicy: change({
    on: targetArn,
    context: ofPolicy,
    run(call) {
      const { organization } = call.aws;
      const policy = existingPolicy(call);
      const target = existingTarget(call);
      if (!organization.enabledPolicyTypes.has(policy.type)) throw policyTypeNotEnabled();
      if (policy.targets.has(target)) {
        throw new AwsError(
          "DuplicatePolicyAttachmentException",
          "A policy with the specified name and type is already attached to the specified target.",
        );
      }
      if (organization.policiesOf(target, policy.type).length >= LIMITS[policy.type].perTarget) {
        throw new AwsError(
          "ConstraintViolationException",
          "You have attached the maximum number of policies to the specified target.",
        );
      }
      policy.targets.add(target);
      return {};
    },
  }),
  DetachPolicy: change({
    on: targetArn,
    context: ofPolicy,
    run(call) {
      const { organization } = call.aws;
      const policy = existingPolicy(call);
      const target = existingTarget(call);
      if (!policy.targets.has(target)) {
        throw new AwsError(
          "PolicyNotAttachedException",
          "The specified policy isn't attached to the specified target.",
        );
      }
      if (policy.id === FULL_ACCESS_POLICIES.RESOURCE_CONTROL_POLICY) {
        throw new AwsError("ConstraintViolationException", "You can't detach the RCPFullAWSAccess policy.");
      }
      const enabled = organization.enabledPolicyTypes.has(policy.type);
      if (enabled && organization.policiesOf(target, policy.type).length === 1) {
        throw new AwsError(
          "ConstraintViolationException",
          "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.",
        );
      }
      policy.targets.delete(target);
      return {};
    },
  }),
  ListTagsForResource: {
    on: resourceArn,
    run: (call) => ({ Tags: [...taggedPolicy(call).tags].map(([Key, Value]) => ({ Key, Value })) }),
  },
  TagResource: change({
    on: resourceArn,
    run(call) {
      for (const [key, value] of call.input.tags()) taggedPolicy(call).tags.set(key, value);
      return {};
    },
  }),
  UntagResource: change({
    on: resourceArn,
    run(call) {
      for (const key of call.input.strings("TagKeys")) taggedPolicy(call).tags.delete(key);
      return {};
    },
  }),
};

/** Wraps a change, which is refused while another is in progress. */
export function change(operation: Operation): Operation {
  return {
    ...operation,
    run(call) {
      if (call.aws.organization.changeInProgress && !call.changesOrganization) throw concurrentModification();
      return operation.run(call);
    },
  };
}

export const concurrentModification = (): AwsError =>
  new AwsError(
    "ConcurrentModificationException",
    "AWS Organizations can't complete your request because it conflicts with another attempt to modify the same entity. Try again later.",
  );

function targetArn(call: Call): string {
  return call.aws.organization.targetArn(call.input.string("TargetId"));
}

function policyArn(call: Call): string {
  const { organization } = call.aws;
  const id = call.input.string("PolicyId");
  // AWS's own policies belong to no organization: the permission is needed on `*`.
  if (organization.policies.get(id)?.awsManaged === true) return "*";
  return arnOfPolicy(organization, id);
}

function resourceArn(call: Call): string {
  return arnOfPolicy(call.aws.organization, call.input.string("ResourceId"));
}

/** The ARN of a policy, whether it exists or not. */
function arnOfPolicy(organization: Organization, id: string): string {
  return organization.policies.get(id)?.arn ?? organization.arn("policy", `service_control_policy/${id}`);
}

function ofPolicy(call: Call): RequestContext {
  const policy = call.aws.organization.policies.get(call.input.string("PolicyId"));
  return policy === undefined ? {} : { "organizations:PolicyType": policy.type };
}

/** The type of policies that a parameter names. */
export const typeFrom = (call: Call, parameter: string): PolicyType =>
  call.input.matching(parameter, POLICY_TYPE) as PolicyType;

export const policyTypeNotEnabled = (): AwsError =>
  new AwsError("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.");

function existingTarget(call: Call): string {
  const id = call.input.string("TargetId");
  if (call.aws.organization.isTarget(id)) return id;
  throw new AwsError("TargetNotFoundException", "You specified a target that doesn't exist.");
}

function existingPolicy(call: Call, parameter = "PolicyId"): OrganizationsPolicy {
  const policy = call.aws.organization.policies.get(call.input.string(parameter));
  if (policy === undefined) {
    throw new AwsError("PolicyNotFoundException", "You specified a policy that doesn't exist.");
  }
  return policy;
}

const taggedPolicy = (call: Call) => existingPolicy(call, "ResourceId");

function changeablePolicy(call: Call): OrganizationsPolicy {
  const policy = existingPolicy(call);
  if (policy.awsManaged) {
    throw new AwsError("PolicyChangesInProgressException", "You cannot change a policy that AWS manages.");
  }
  return policy;
}

function refuseDuplicate(organization: Organization, name: string): void {
  if ([...organization.policies.values()].some((policy) => policy.name === name)) {
    throw new AwsError("DuplicatePolicyException", "A policy with the same name already exists.");
  }
}

async function contentFrom(call: Call, type: PolicyType): Promise<string> {
  const content = call.input.string("Content");
  const { characters } = LIMITS[type];
  if (content.length > characters) {
    throw new AwsError(
      "ConstraintViolationException",
      `You have exceeded the maximum policy size: the policy document has more than ${characters.toLocaleString("en-US")} characters.`,
    );
  }
  try {
    parseDocument(content);
    await validatePolicy(type, content);
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    throw new AwsError(
      "MalformedPolicyDocumentException",
      `The provided policy document does not meet the requirements of the specified policy type. ${detail}`,
    );
  }
  return content;
}

const showSummary = (policy: OrganizationsPolicy): Output => ({
  Id: policy.id,
  Arn: policy.arn,
  Name: policy.name,
  Description: policy.description,
  Type: policy.type,
  AwsManaged: policy.awsManaged,
});

const showPolicy = (policy: OrganizationsPolicy): Output => ({
  Policy: { PolicySummary: showSummary(policy), Content: policy.content },
});

function showTarget(organization: Organization, id: string): Output {
  const unit = organization.units.get(id);
  const account = organization.accounts.get(id);
  const type = unit ? "ORGANIZATIONAL_UNIT" : account ? "ACCOUNT" : "ROOT";
  return { TargetId: id, Arn: organization.targetArn(id), Name: (unit ?? account)?.name ?? "Root", Type: type };
}
