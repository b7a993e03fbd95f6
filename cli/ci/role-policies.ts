import { stackSetName } from "../../infra/names.ts";
import type { Bucket } from "../state/bucket.ts";
import type { CiPolicy } from "../results/init.ts";

/**
 * The policies of a CI's roles in AWS, as pure functions of what the stack uses. The CI assumes two roles of the management account
 * by its own identity. Every other account has one role, which may only read.
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

/** The resources that the policies have to allow. */
export interface CiAccess {
  managementAccount: string;
  /** Ids of the auth account and the development accounts. */
  accounts: string[];
  /** The settings' own access role, which `up` assumes. */
  accessRole: string;
  /** The name of the Pulumi project, by which its states are told from those of others in the bucket. */
  project: string;
  /** The bucket of the state; undefined where the state is kept elsewhere. */
  bucket: Pick<Bucket, "name" | "prefix"> | undefined;
  /** Whether one role in every account is made by CloudFormation StackSets, by the setting `roles: shared`. */
  sharedRole: boolean;
  /** The KMS key of the stack's secrets, by id, alias or ARN. */
  key: { id: string; region: string } | undefined;
}

export const roleNames = { preview: "mfa-admin-ci-preview", up: "mfa-admin-ci-up", read: "mfa-admin-ci-read" } as const;

const issuer = "token.actions.githubusercontent.com";

/**
 * The trust policy of a role that jobs of one GitHub repository may assume, in these contexts alone.
 *
 * @param prefix the beginning of the tokens' subject claim: `repo:OWNER/NAME`, or the same with ids
 * @param contexts the rest of the subject claim: `pull_request`, `ref:refs/heads/BRANCH`
 * @param queue a branch whose merge queue's jobs may assume the role, too. They run on temporary branches, which GitHub names
 * (GitHub Docs, "Managing a merge queue")
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

/** The trust policy of the reading role in another account: the management account's preview role may assume it. */
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

const readResources = [
  "cloudformation:GetResource",
  "cloudformation:GetResourceRequestStatus",
  "cloudformation:ListResourceRequests",
];
const changeResources = [
  "cloudformation:CancelResourceRequest",
  "cloudformation:CreateResource",
  "cloudformation:DeleteResource",
  "cloudformation:UpdateResource",
];

/** Allows reading whether StackSets may work in the organization, and the shared role's StackSet instance of each account. */
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
 * Allows making, changing and deleting the StackSet of the shared role, and no other. Cloud Control calls these actions with the
 * caller's own rights. `CreateStackSet` is no action on a resource. Actions on instances also need their targets and the template's
 * types as resources (Service Authorization Reference, "Actions, resources, and condition keys for AWS CloudFormation").
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

/** Allows simulating policies. The action reads nothing in AWS: the policies are in the request. */
const simulatePolicies: CiStatement = {
  Sid: "SimulatePolicies",
  Effect: "Allow",
  Action: "iam:SimulateCustomPolicy",
  Resource: "*",
};

/** Allows reading an account's event history, in any region (AWS CloudTrail API Reference, "LookupEvents"). */
const readTrail: CiStatement = { Sid: "ReadTrail", Effect: "Allow", Action: "cloudtrail:LookupEvents", Resource: "*" };

/** The policy for preview, drift, verify, doctor, audit, report and history in the management account: it allows reading alone. */
export function previewPolicy(access: CiAccess): CiPolicy {
  return policy(
    { Sid: "ReadOrganization", Effect: "Allow", Action: readOrganization, Resource: "*" },
    { Sid: "ReadResources", Effect: "Allow", Action: readResources, Resource: "*" },
    ...readStackSets(access),
    simulatePolicies,
    readTrail,
    // With a shared role, accounts are added without an edit of the settings; each has to have the reading role.
    assume("AssumeReadingRoles", access.sharedRole ? ["*"] : access.accounts, roleNames.read),
    ...readState(access),
    ...openSecrets(access),
  );
}

/** The policy for `up` in the management account; in the others, `up` assumes their access role. */
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
    ...readState(access),
    ...writeState(access),
    ...openSecrets(access),
  );
}

/** The policy of the reading role in an account: to read users, groups, roles and policies, and the event history. */
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

/**
 * Allows reading the states of this project, who changed them, and who holds them. Its stacks have one role, so no stack is named. Other
 * projects' objects in the bucket can't be read; the names of all can be listed, since Pulumi looks for the stacks of its former layout there.
 */
function readState(access: CiAccess): CiStatement[] {
  const { bucket } = access;
  if (bucket === undefined) return [];
  const Resource = [...objectsOf(access, ["stacks", "history", "locks/organization"]), `${root(bucket)}meta.yaml`];
  return [
    {
      Sid: "ListState",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:GetBucketVersioning"],
      Resource: `arn:aws:s3:::${bucket.name}`,
    },
    { Sid: "UseState", Effect: "Allow", Action: "s3:GetObject", Resource },
  ];
}

/**
 * Allows writing what Pulumi's backend for buckets writes in an update: the state with a copy beside it, a backup, the history and the lock.
 * It deletes the lock, and a state file in another compression, and nothing else.
 */
function writeState(access: CiAccess): CiStatement[] {
  if (access.bucket === undefined) return [];
  const [written, replaced] = [
    objectsOf(access, ["stacks", "backups", "history", "locks/organization"]),
    objectsOf(access, ["stacks", "locks/organization"]),
  ];
  return [
    { Sid: "WriteState", Effect: "Allow", Action: "s3:PutObject", Resource: written },
    { Sid: "ReplaceState", Effect: "Allow", Action: "s3:DeleteObject", Resource: replaced },
  ];
}

/** What the project has in these directories of the bucket. */
function objectsOf({ bucket, project }: CiAccess, directories: string[]): string[] {
  return bucket === undefined ? [] : directories.map((directory) => `${root(bucket)}${directory}/${project}/*`);
}

const root = ({ name, prefix }: Pick<Bucket, "name" | "prefix">): string => `arn:aws:s3:::${name}/${prefix}.pulumi/`;

/** Allows decrypting the data key that `init` made: all secrets of the stack are encrypted with it, and every run needs it. */
function openSecrets({ key, managementAccount }: CiAccess): CiStatement[] {
  if (key === undefined) return [];
  const { id, region } = key;
  const [, prefix = `arn:aws:kms:${region}:${managementAccount}:`, name = id] =
    /^(arn:.*?:)((?:alias|key)\/.*)$/.exec(id) ?? [];
  // KMS ignores an alias in Resource (AWS KMS Developer Guide, "Use aliases to control access to KMS keys").
  const isAlias = name.startsWith("alias/");
  return [
    {
      Sid: "OpenSecrets",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: `${prefix}${isAlias ? "key/*" : name.replace(/^(?:key\/)?/, "key/")}`,
      ...(isAlias && { Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": name } } }),
    },
  ];
}

function assume(Sid: string, accounts: string[], role: string): CiStatement {
  const Resource = accounts.map((account) => `arn:aws:iam::${account}:role/${role}`);
  return { Sid, Effect: "Allow", Action: "sts:AssumeRole", Resource };
}

function policy(...Statement: CiStatement[]): CiPolicy {
  return { Version: "2012-10-17", Statement };
}
