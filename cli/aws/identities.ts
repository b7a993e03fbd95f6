import {
  type AttachedPolicy,
  type EntityType,
  type IAMClient,
  paginateGetAccountAuthorizationDetails,
  type ManagedPolicyDetail,
  type Tag,
} from "@aws-sdk/client-iam";

import { isCanaryUser } from "../../infra/names.ts";

/** A user, a role, a group or a managed policy of an account, whoever has made it. */
export interface Identity {
  type: "user" | "role" | "group" | "managed policy";
  name: string;
  path: string;
  arn: string;
  inlinePolicies: NamedPolicy[];
  /** ARNs of the attached managed policies. */
  managedPolicies: string[];
  /** Names of a user's groups. */
  groups: string[];
  boundary?: string;
  tags: Record<string, string>;
  /** A role's trust policy, or a managed policy's document. */
  document?: unknown;
  /** When a role was last used within the last 400 days, ISO 8601 (IAM API Reference, "RoleLastUsed"). */
  lastUsedAt?: string;
}

export interface NamedPolicy {
  name: string;
  document: unknown;
}

/** Whether the identity is a user that `mfa-admin verify --live` has made. */
export function isCanary({ type, name, tags }: Pick<Identity, "type" | "name" | "tags">): boolean {
  return type === "user" && isCanaryUser(name, Object.keys(tags));
}

/**
 * Every user, role, group and managed policy of an account, with its policies: one call for up to 1,000 of them (IAM API
 * Reference, "GetAccountAuthorizationDetails").
 *
 * @param options.types the types to list
 * @param options.ofAws also lists AWS's own managed policies that are attached to some identity
 */
export async function identitiesIn(
  iam: IAMClient,
  {
    ofAws = false,
    types = ["User", "Role", "Group", "LocalManagedPolicy"],
  }: { ofAws?: boolean; types?: EntityType[] } = {},
): Promise<Identity[]> {
  const Filter = [...types];
  if (ofAws) Filter.push("AWSManagedPolicy");
  const found: Identity[] = [];
  for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize: 1000 }, { Filter })) {
    for (const user of page.UserDetailList ?? []) {
      found.push({
        ...common("user", user.UserName, user),
        inlinePolicies: inline(user.UserPolicyList),
        groups: user.GroupList ?? [],
      });
    }
    for (const group of page.GroupDetailList ?? []) {
      found.push({ ...common("group", group.GroupName, group), inlinePolicies: inline(group.GroupPolicyList) });
    }
    for (const role of page.RoleDetailList ?? []) {
      found.push({
        ...common("role", role.RoleName, role),
        inlinePolicies: inline(role.RolePolicyList),
        document: parsed(role.AssumeRolePolicyDocument),
        ...(role.RoleLastUsed?.LastUsedDate && { lastUsedAt: role.RoleLastUsed.LastUsedDate.toISOString() }),
      });
    }
    for (const policy of page.Policies ?? []) {
      found.push({ ...common("managed policy", policy.PolicyName, policy), document: inForce(policy) });
    }
  }
  return found;
}

interface Described {
  Path?: string | undefined;
  Arn?: string | undefined;
  AttachedManagedPolicies?: AttachedPolicy[] | undefined;
  PermissionsBoundary?: { PermissionsBoundaryArn?: string | undefined } | undefined;
  Tags?: Tag[] | undefined;
}

function common(type: Identity["type"], name = "", described: Described): Identity {
  const { Path: path = "/", Arn: arn = "", AttachedManagedPolicies = [], PermissionsBoundary, Tags = [] } = described;
  const boundary = PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    type,
    name,
    path,
    arn,
    inlinePolicies: [],
    managedPolicies: AttachedManagedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []),
    groups: [],
    ...(boundary !== undefined && { boundary }),
    tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])),
  };
}

function inline(policies: { PolicyName?: string | undefined; PolicyDocument?: string | undefined }[] = []) {
  return policies.map(({ PolicyName: name = "", PolicyDocument }) => ({ name, document: parsed(PolicyDocument) }));
}

function inForce({ PolicyVersionList = [] }: ManagedPolicyDetail): unknown {
  return parsed(PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion === true)?.Document);
}

/** The document, which IAM returns URL-encoded. */
function parsed(document: string | undefined): unknown {
  return document === undefined ? undefined : JSON.parse(decodeURIComponent(document));
}
