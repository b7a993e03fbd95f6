import { stackSetName } from "../../infra/names.ts";
import type { Bucket } from "../state/bucket.ts";
import type { CiPolicy } from "../results/init.ts";

/**
 * The roles by which a CI reaches AWS, and their policies: pure functions of what the stack uses. Two roles of the management
 * account, which the CI assumes by its own identity, and one of every other account, which may only read.
 */

/** One statement of such a policy. */
export interface CiStatement {
  Sid: string;
  Effect: "Allow";
  Principal?: { Federated: string } | { AWS: string };
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** What the policies have to let through. */
export interface CiAccess {
  managementAccount: string;
  /** Ids of the auth account and the development accounts. */
  accounts: string[];
  /** The settings' own access role, which `up` assumes. */
  accessRole: string;
  /** The bucket of the state; nothing where it is kept elsewhere. */
  bucket: Pick<Bucket, "name" | "prefix"> | undefined;
  /** Whether one role in every account is made by CloudFormation StackSets, by the setting `roles: shared`. */
  sharedRole: boolean;
  /** The KMS key of the stack's secrets, by id, alias or ARN. */
  key: { id: string; region: string } | undefined;
}

export const roleNames = { preview: "mfa-admin-ci-preview", up: "mfa-admin-ci-up", read: "mfa-admin-ci-read" } as const;

const issuer = "token.actions.githubusercontent.com";

/**
 * Lets jobs of one repository of GitHub assume a role, in these contexts alone.
 *
 * @param prefix how the subject of their identity begins: `repo:OWNER/NAME`, or the same with ids
 * @param contexts how it goes on: `pull_request`, `ref:refs/heads/BRANCH`
 * @param queue the branch whose merge queue's jobs may, too. They run on branches that GitHub makes for the purpose, by names of
 * its own (GitHub Docs, "Managing a merge queue")
 */
export function githubTrust(managementAccount: string, prefix: string, contexts: string[], queue?: string): CiPolicy {
  const ofJobs = { [`${issuer}:aud`]: "sts.amazonaws.com" };
  const subject = `${issuer}:sub`;
  const allow = {
    Effect: "Allow",
    Principal: { Federated: `arn:aws:iam::${managementAccount}:oidc-provider/${issuer}` },
    Action: "sts:AssumeRoleWithWebIdentity",
  } as const;
  const exact = { ...ofJobs, [subject]: contexts.map((context) => `${prefix}:${context}`) };
  const queued = { [subject]: `${prefix}:ref:refs/heads/gh-readonly-queue/${queue ?? ""}/*` };
  return policy(
    { Sid: "AllowGithubActions", ...allow, Condition: { StringEquals: exact } },
    ...(queue === undefined
      ? []
      : [{ Sid: "AllowMergeQueue", ...allow, Condition: { StringEquals: ofJobs, StringLike: queued } }]),
  );
}

/** Lets the preview's role of the management account assume the reading role of another account. */
export function readTrust(managementAccount: string): CiPolicy {
  return policy({
    Sid: "AllowPreview",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${managementAccount}:role/${roleNames.preview}` },
    Action: "sts:AssumeRole",
  });
}

const readOrganization = [
  "organizations:DescribeAccount",
  "organizations:DescribeOrganization",
  "organizations:DescribeOrganizationalUnit",
  "organizations:DescribePolicy",
  "organizations:ListAccounts",
  "organizations:ListAccountsForParent",
  "organizations:ListOrganizationalUnitsForParent",
  "organizations:ListParents",
  "organizations:ListPolicies",
  "organizations:ListPoliciesForTarget",
  "organizations:ListRoots",
  "organizations:ListTagsForResource",
  "organizations:ListTargetsForPolicy",
];

const changePolicies = [
  "organizations:AttachPolicy",
  "organizations:CreatePolicy",
  "organizations:DeletePolicy",
  "organizations:DetachPolicy",
  "organizations:UpdatePolicy",
];

const readResources = ["cloudformation:GetResource", "cloudformation:GetResourceRequestStatus"];
const changeResources = [
  "cloudformation:CancelResourceRequest",
  "cloudformation:CreateResource",
  "cloudformation:DeleteResource",
  "cloudformation:UpdateResource",
];

/** Whether StackSets may work in the organization, and what has become of the shared role in each account. */
const readStackSets = (access: CiAccess): CiStatement[] =>
  access.sharedRole
    ? [
        {
          Sid: "ReadStackSets",
          Effect: "Allow",
          Action: [
            "cloudformation:DescribeOrganizationsAccess",
            "cloudformation:DescribeStackInstance",
            "cloudformation:DescribeStackSet",
            "cloudformation:DescribeStackSetOperation",
            "cloudformation:ListStackInstances",
            "cloudformation:ListStackSetOperationResults",
            "cloudformation:ListStackSetOperations",
          ],
          Resource: "*",
        },
      ]
    : [];

/**
 * Makes, changes and deletes the stack set of the shared role, and no other. Cloud Control asks for these with the caller's own
 * rights. To make one is no action on a resource; instances are told by their targets and the template's types, too (Service
 * Authorization Reference, "Actions, resources, and condition keys for AWS CloudFormation").
 */
const manageStackSets = ({ managementAccount, sharedRole }: CiAccess): CiStatement[] =>
  sharedRole
    ? [
        {
          Sid: "CreateStackSets",
          Effect: "Allow",
          Action: ["cloudformation:CreateStackSet", "cloudformation:GetTemplateSummary"],
          Resource: "*",
        },
        {
          Sid: "ManageSharedRole",
          Effect: "Allow",
          Action: [
            "cloudformation:CreateStackInstances",
            "cloudformation:DeleteStackInstances",
            "cloudformation:DeleteStackSet",
            "cloudformation:DetectStackSetDrift",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateStackInstances",
            "cloudformation:UpdateStackSet",
          ],
          Resource: [
            ...["stackset", "stackset-target"].map(
              (kind) => `arn:aws:cloudformation:*:${managementAccount}:${kind}/${stackSetName}:*`,
            ),
            "arn:aws:cloudformation:*::type/resource/*",
          ],
        },
      ]
    : [];

/** It reads nothing: what is simulated is handed over. */
const simulatePolicies: CiStatement = {
  Sid: "SimulatePolicies",
  Effect: "Allow",
  Action: "iam:SimulateCustomPolicy",
  Resource: "*",
};

/** The calls of an account, of any region (AWS CloudTrail API Reference, "LookupEvents"). */
const readTrail: CiStatement = { Sid: "ReadTrail", Effect: "Allow", Action: "cloudtrail:LookupEvents", Resource: "*" };

/** What a preview, the look for drift, verify, doctor, audit, report and history may do in the management account: read, and nothing else. */
export function previewPolicy(access: CiAccess): CiPolicy {
  return policy(
    { Sid: "ReadOrganization", Effect: "Allow", Action: readOrganization, Resource: "*" },
    { Sid: "ReadResources", Effect: "Allow", Action: readResources, Resource: "*" },
    ...readStackSets(access),
    simulatePolicies,
    readTrail,
    // Accounts come by themselves with a shared role; each has to have the reading role.
    assume("AssumeReadingRoles", access.sharedRole ? ["*"] : access.accounts, roleNames.read),
    ...stateStatements(access, ["s3:GetObject"]),
  );
}

/** What `up` may do in the management account; in the others it acts by their access role. */
export function upPolicy(access: CiAccess): CiPolicy {
  return policy(
    { Sid: "ReadOrganization", Effect: "Allow", Action: readOrganization, Resource: "*" },
    {
      Sid: "ManageControlPolicies",
      Effect: "Allow",
      Action: changePolicies,
      Resource: "*",
      Condition: {
        StringEquals: { "organizations:PolicyType": ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] },
      },
    },
    {
      Sid: "TagControlPolicies",
      Effect: "Allow",
      Action: ["organizations:TagResource", "organizations:UntagResource"],
      Resource: ["service", "resource"].map(
        (kind) => `arn:aws:organizations::${access.managementAccount}:policy/*/${kind}_control_policy/*`,
      ),
    },
    simulatePolicies,
    { Sid: "ManageResources", Effect: "Allow", Action: [...readResources, ...changeResources], Resource: "*" },
    ...readStackSets(access),
    ...manageStackSets(access),
    assume("AssumeAccessRoles", access.accounts, access.accessRole),
    ...stateStatements(access, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]),
  );
}

/** What the reading role may do in an account: see users, groups, roles and policies, and the account's event history. */
export function readPolicy(): CiPolicy {
  return policy(
    {
      Sid: "ReadIdentities",
      Effect: "Allow",
      Action: [
        "iam:GenerateCredentialReport",
        "iam:GetAccessKeyLastUsed",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetAccountPasswordPolicy",
        "iam:GetAccountSummary",
        "iam:GetCredentialReport",
        "iam:GetGroup",
        "iam:GetGroupPolicy",
        "iam:GetLoginProfile",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:GetUser",
        "iam:GetUserPolicy",
        "iam:ListAccessKeys",
        "iam:ListAccountAliases",
        "iam:ListAttachedGroupPolicies",
        "iam:ListAttachedRolePolicies",
        "iam:ListAttachedUserPolicies",
        "iam:ListEntitiesForPolicy",
        "iam:ListGroupPolicies",
        "iam:ListGroupsForUser",
        "iam:ListMFADevices",
        "iam:ListOpenIDConnectProviders",
        "iam:ListPolicyTags",
        "iam:ListPolicyVersions",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
        "iam:ListSAMLProviders",
        "iam:ListServiceSpecificCredentials",
        "iam:ListUserPolicies",
        "iam:ListUserTags",
        "iam:ListUsers",
        "iam:ListVirtualMFADevices",
      ],
      Resource: "*",
    },
    { Sid: "ReadResources", Effect: "Allow", Action: readResources, Resource: "*" },
    readTrail,
  );
}

function stateStatements({ bucket, key, managementAccount }: CiAccess, objects: string[]): CiStatement[] {
  const statements: CiStatement[] = [];
  if (bucket !== undefined) {
    const arn = `arn:aws:s3:::${bucket.name}`;
    statements.push(
      { Sid: "ListState", Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketVersioning"], Resource: arn },
      { Sid: "UseState", Effect: "Allow", Action: objects, Resource: `${arn}/${bucket.prefix}.pulumi/*` },
    );
  }
  return key === undefined ? statements : [...statements, openSecrets(key, managementAccount)];
}

/** Whatever a stack has sealed, it has sealed by one data key, which `init` made: to run it, that has to be opened. */
function openSecrets({ id, region }: { id: string; region: string }, managementAccount: string): CiStatement {
  const [, prefix = `arn:aws:kms:${region}:${managementAccount}:`, name = id] =
    /^(arn:.*?:)((?:alias|key)\/.*)$/.exec(id) ?? [];
  // KMS ignores an alias in Resource (AWS KMS Developer Guide, "Use aliases to control access to KMS keys").
  const isAlias = name.startsWith("alias/");
  return {
    Sid: "OpenSecrets",
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: `${prefix}${isAlias ? "key/*" : name.replace(/^(?:key\/)?/, "key/")}`,
    ...(isAlias && { Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": name } } }),
  };
}

function assume(Sid: string, accounts: string[], role: string): CiStatement {
  const Resource = accounts.map((account) => `arn:aws:iam::${account}:role/${role}`);
  return { Sid, Effect: "Allow", Action: "sts:AssumeRole", Resource };
}

function policy(...Statement: CiStatement[]): CiPolicy {
  return { Version: "2012-10-17", Statement };
}
