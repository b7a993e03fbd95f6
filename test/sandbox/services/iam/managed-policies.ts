import { validatePolicy } from "../../authorization.ts";
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from "../../errors.ts";
import { AWS_MANAGED_POLICIES } from "../../model/aws-managed-policies.ts";
import type { ManagedPolicy } from "../../model/entities.ts";
import { uniqueId } from "../../model/identifiers.ts";
import { parseDocument } from "../../policy-document.ts";
import { iamPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { managedPolicy, newArn, policyArn } from "./lookup.ts";
import { showPolicy } from "./show.ts";

const POLICY_CHARACTERS = 6144;
const VERSIONS_PER_POLICY = 5;

/** Managed policies and their versions. */
export const managedPolicyOperations: Operations = {
  CreatePolicy: {
    on: (call) => newArn(call, "policy", "PolicyName"),
    async run(call) {
      const name = call.input.name("PolicyName");
      const path = call.input.optional("Path") ?? "/";
      const document = await documentFrom(call);
      if (call.account.policies.isTaken(name)) throw entityAlreadyExists(`A policy called ${name} already exists.`);
      const description = call.input.optional("Description");
      const policy: ManagedPolicy = {
        name,
        path,
        id: uniqueId("ANPA"),
        arn: call.account.arn(`policy${path}${name}`),
        ...(description === undefined ? {} : { description }),
        created: call.now,
        updated: call.now,
        versions: [{ id: "v1", document, created: call.now }],
        defaultVersionId: "v1",
        versionsMade: 1,
      };
      call.account.policies.add(policy);
      return { Policy: showPolicy(call.account, policy) };
    },
  },
  GetPolicy: {
    on: policyArn,
    run(call) {
      const policy = managedPolicy(call);
      return { Policy: showPolicy(call.account, policy) };
    },
  },
  ListPolicies: {
    on: (call) => call.account.arn("policy/"),
    run(call) {
      const scope = call.input.optional("Scope") ?? "All";
      const policies = [
        ...(scope === "Local" ? [] : AWS_MANAGED_POLICIES.values()),
        ...(scope === "AWS" ? [] : call.account.policies),
      ];
      const { page, more } = iamPage(call, policies);
      return { Policies: page.map((policy) => showPolicy(call.account, policy)), ...more };
    },
  },
  GetPolicyVersion: {
    on: policyArn,
    run(call) {
      const policy = managedPolicy(call);
      const version = versionNamed(call, policy);
      return {
        PolicyVersion: {
          Document: encodeURIComponent(version.document),
          VersionId: version.id,
          IsDefaultVersion: version.id === policy.defaultVersionId,
          CreateDate: version.created,
        },
      };
    },
  },
  ListPolicyVersions: {
    on: policyArn,
    run(call) {
      const policy = managedPolicy(call);
      const { page, more } = iamPage(call, policy.versions);
      return {
        Versions: page.map(({ id, created }) => ({
          VersionId: id,
          IsDefaultVersion: id === policy.defaultVersionId,
          CreateDate: created,
        })),
        ...more,
      };
    },
  },
  CreatePolicyVersion: {
    on: policyArn,
    async run(call) {
      const policy = managedPolicy(call);
      const document = await documentFrom(call);
      if (policy.versions.length >= VERSIONS_PER_POLICY) {
        throw limitExceeded(
          `A managed policy can have up to ${VERSIONS_PER_POLICY} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const id = `v${++policy.versionsMade}`;
      policy.versions.push({ id, document, created: call.now });
      if (call.input.flag("SetAsDefault")) policy.defaultVersionId = id;
      policy.updated = call.now;
      return {
        PolicyVersion: { VersionId: id, IsDefaultVersion: policy.defaultVersionId === id, CreateDate: call.now },
      };
    },
  },
  SetDefaultPolicyVersion: {
    on: policyArn,
    run(call) {
      const policy = managedPolicy(call);
      policy.defaultVersionId = versionNamed(call, policy).id;
      policy.updated = call.now;
      return {};
    },
  },
  DeletePolicyVersion: {
    on: policyArn,
    run(call) {
      const policy = managedPolicy(call);
      const version = versionNamed(call, policy);
      if (version.id === policy.defaultVersionId) {
        throw deleteConflict("Cannot delete the default version of a policy.");
      }
      policy.versions = policy.versions.filter((candidate) => candidate !== version);
      return {};
    },
  },
  DeletePolicy: {
    on: policyArn,
    run(call) {
      const policy = managedPolicy(call);
      if (call.account.attachmentCount(policy.arn) + call.account.boundaryUsage(policy.arn) > 0) {
        throw deleteConflict("Cannot delete a policy attached to entities.");
      }
      if (policy.versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
        );
      }
      call.account.policies.remove(policy);
      return {};
    },
  },
  ListEntitiesForPolicy: {
    on: policyArn,
    run(call) {
      const { users, groups, roles } = call.account.attachments(managedPolicy(call).arn);
      return {
        PolicyUsers: users.map(({ name, id }) => ({ UserName: name, UserId: id })),
        PolicyGroups: groups.map(({ name, id }) => ({ GroupName: name, GroupId: id })),
        PolicyRoles: roles.map(({ name, id }) => ({ RoleName: name, RoleId: id })),
        IsTruncated: false,
      };
    },
  },
};

function versionNamed(call: Call, policy: ManagedPolicy) {
  const id = call.input.string("VersionId");
  const version = policy.versions.find((candidate) => candidate.id === id);
  if (version === undefined)
    throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

async function documentFrom(call: Call): Promise<string> {
  const document = call.input.string("PolicyDocument");
  parseDocument(document);
  if (document.replaceAll(/\s/g, "").length > POLICY_CHARACTERS) {
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${POLICY_CHARACTERS}`);
  }
  await validatePolicy("identity", document);
  return document;
}
