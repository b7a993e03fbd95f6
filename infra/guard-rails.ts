/**
 * The guard rails: what a developer's session cannot take away from the organization. Pure functions. A comment beside each statement names
 * its purpose, test/infra/guard-rails.test.ts shows what it denies and lets through, and a file of test/attacks/ shows the attack that it
 * stops. docs/guard-rails.md explains them to reviewers.
 */

import { exemptionsOf, type ExemptSetting } from "./exemptions.ts";
import { guardRailsName, type RolesForm, sharedRoleName, stackSetName } from "./names.ts";
import { spelledDocument } from "./policy-documents.ts";
import { type DeveloperRights, enrolment, type PolicyDocument, type PolicyStatement } from "./policies.ts";

/** The guard rails' names in the settings. */
export const guardRailNames = [
  "roles",
  "identities",
  "federation",
  "organization",
  "root",
  "auth",
  "outsiders",
] as const;
export type GuardRail = (typeof guardRailNames)[number];

/** The part of the settings that the documents are made from. */
export interface Guarded {
  guardRails: GuardRail[];
  accessRole: string;
  rolePrefix: string;
  roles?: RolesForm | undefined;
  permissions: string[];
  permissionsBoundary?: string | undefined;
  developmentAccounts: Record<string, string>;
  exempt: Record<string, ExemptSetting>;
  trustedAccounts: string[];
  accessKeys?: DeveloperRights["accessKeys"];
  /** What is left of the other form of roles while a switch is not finished. */
  oldForm?: OldForm | undefined;
}

/** What is left of the other form of roles, which people go on using until a switch is finished. */
export interface OldForm {
  /** The roles' names, or patterns of them. */
  roles: string[];
  /** Whether StackSets hold them. */
  stackSet: boolean;
}

/**
 * The roles that AWS makes for CloudFormation StackSets in the accounts (CloudFormation User Guide, "Grant service-managed permissions").
 * They are exempt, and therefore protected by the guard rail `roles`.
 */
const stackSetsRoles = "stacksets-exec-*";

/** The roles that are exempt from the guard rails, by name: a tag could be set by those whom a guard rail binds. */
const exemptNames = ({ accessRole }: Pick<Guarded, "accessRole">): string[] => [accessRole, stackSetsRoles];

const byOthers = (guarded: Guarded): NonNullable<PolicyStatement["Condition"]> => ({
  ArnNotLike: { "aws:PrincipalArn": exemptNames(guarded).map((name) => `arn:aws:iam::*:role/${name}`) },
});

/** Roles of these names cannot be changed, whatever their path, and nobody can create or delete any. */
const keepRoles = (Sid: string, names: string[], guarded: Guarded): PolicyStatement => ({
  Sid,
  Effect: "Deny",
  Action: [
    ...["iam:CreateRole", "iam:DeleteRole", "iam:UpdateRole", "iam:UpdateRoleDescription"],
    ...["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"],
    ...["iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"],
    ...["iam:TagRole", "iam:UntagRole"],
  ],
  Resource: names.flatMap((name) => [`arn:aws:iam::*:role/${name}`, `arn:aws:iam::*:role/*/${name}`]),
  Condition: byOthers(guarded),
});

/**
 * The service control policy of the guard rails that bind the development accounts; undefined where none of them is chosen. It is one
 * policy for all of them, since a unit takes ten.
 */
export function guardRailPolicy(guarded: Guarded): PolicyDocument | undefined {
  const chosen = (name: GuardRail): boolean => guarded.guardRails.includes(name);
  const Statement = [
    ...(chosen("roles") ? guardRoles(guarded) : []),
    ...(!chosen("roles") && (chosen("identities") || chosen("federation")) ? guardExempt(guarded) : []),
    ...(chosen("identities") ? guardIdentities(guarded) : []),
    ...(chosen("federation") ? guardFederation(guarded) : []),
    ...(chosen("organization") ? guardOrganization() : []),
    ...(chosen("root") ? guardRoot() : []),
  ];
  return Statement.length === 0 ? undefined : { Version: "2012-10-17", Statement };
}

/**
 * `roles`: nobody changes the trust policy, the permissions, the boundary or the tags of the developers' roles, of the access role and of
 * the StackSets' roles, and nobody creates or deletes roles of such names. A switch between the forms of roles keeps both until it is
 * finished. IAM's role names are unique whatever the path: a role under a
 * path would take the name of a developer who is added later.
 */
function guardRoles(guarded: Guarded): PolicyStatement[] {
  const { permissionsBoundary, permissions, oldForm } = guarded;
  const given = permissionsBoundary === undefined ? permissions : [permissionsBoundary, ...permissions];
  const own = given.filter((arn) => !arn.startsWith("arn:aws:iam::aws:"));
  return [
    keepRoles(
      "GuardRoles",
      [
        ...new Set([
          ...(guarded.roles === "shared" ? [sharedRoleName(guarded)] : []),
          `${guarded.rolePrefix}-*`,
          ...(oldForm?.roles ?? []),
          ...exemptNames(guarded),
        ]),
      ],
      guarded,
    ),
    // Customer managed policies that the roles have attached: another version of one would give the roles any permission.
    ...(own.length === 0
      ? []
      : [
          {
            Sid: "GuardRolesPolicies",
            Effect: "Deny" as const,
            Action: [
              ...["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicyVersion"],
              ...["iam:CreatePolicy", "iam:DeletePolicy"],
            ],
            Resource: own,
            Condition: byOthers(guarded),
          },
        ]),
    ...(guarded.roles === "shared" || oldForm?.stackSet === true ? [guardStack(guarded)] : []),
    ...(guarded.roles === "shared" ? [guardAccountName(guarded)] : []),
  ];
}

/**
 * The stack by which StackSets hold the shared role in each account. Whoever deletes it there has to leave the role, which GuardRoles
 * keeps, but a stack whose deletion has failed may be deleted without its resources (CloudFormation API Reference, "DeleteStack"). The role
 * would then stay as it is, whatever the stack set says later.
 */
function guardStack(guarded: Guarded): PolicyStatement {
  return {
    Sid: "GuardRolesStack",
    Effect: "Deny",
    NotAction: ["cloudformation:Describe*", "cloudformation:Detect*", "cloudformation:Get*", "cloudformation:List*"],
    Resource: `arn:aws:cloudformation:*:*:stack/StackSet-${stackSetName}-*`,
    Condition: byOthers(guarded),
  };
}

/** The account's name in AWS, by which the roster names it: an account's administrators may change it themselves. */
function guardAccountName(guarded: Guarded): PolicyStatement {
  return {
    Sid: "GuardAccountName",
    Effect: "Deny",
    Action: "account:PutAccountName",
    Resource: "*",
    Condition: byOthers(guarded),
  };
}

/** Without `roles`, only the exempt roles are protected: a principal that takes one over would be exempt, too. */
function guardExempt(guarded: Guarded): PolicyStatement[] {
  return [keepRoles("GuardExempt", exemptNames(guarded), guarded)];
}

/**
 * `identities`: no IAM users, passwords, service-specific credentials (API keys of Bedrock among them), SSH keys and certificates,
 * no devices for them, and no access keys but those of users whom the settings exempt by name, so that these can be rotated.
 */
function guardIdentities(guarded: Guarded): PolicyStatement[] {
  const machines = exemptionsOf(guarded).map(({ arn }) => arn);
  return [
    {
      Sid: "GuardIdentities",
      Effect: "Deny",
      Action: [
        ...["iam:CreateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"],
        ...["iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential"],
        ...["iam:UploadSSHPublicKey", "iam:UploadSigningCertificate"],
        ...["iam:CreateVirtualMFADevice", "iam:EnableMFADevice"],
      ],
      Resource: "*",
      Condition: byOthers(guarded),
    },
    {
      Sid: "GuardAccessKeys",
      Effect: "Deny",
      Action: ["iam:CreateAccessKey", "iam:UpdateAccessKey"],
      ...(machines.length === 0 ? { Resource: "*" } : { NotResource: machines.sort() }),
      Condition: byOthers(guarded),
    },
  ];
}

/** `federation`: identity providers, trust anchors of Roles Anywhere and instances of Identity Center stay as they are. */
function guardFederation(guarded: Guarded): PolicyStatement[] {
  return [
    {
      Sid: "GuardFederation",
      Effect: "Deny",
      Action: [
        ...["iam:CreateOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider"],
        ...["iam:UpdateOpenIDConnectProviderThumbprint", "iam:CreateSAMLProvider", "iam:UpdateSAMLProvider"],
        ...["rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateTrustAnchor", "rolesanywhere:EnableTrustAnchor"],
        "sso:CreateInstance",
      ],
      Resource: "*",
      Condition: byOthers(guarded),
    },
  ];
}

/**
 * `organization`: the account stays in the organization, where its policies bind it, and is not closed from within. An account that
 * accepts another organization's invitation goes over at once (Organizations API Reference, "AcceptHandshake").
 */
function guardOrganization(): PolicyStatement[] {
  return [
    {
      Sid: "GuardOrganization",
      Effect: "Deny",
      Action: ["organizations:LeaveOrganization", "organizations:AcceptHandshake", "account:CloseAccount"],
      Resource: "*",
    },
  ];
}

/**
 * `root`: the root user can do nothing, not even with MFA. Sessions that the management account opens by AssumeRoot have the key
 * `aws:AssumedRoot` and are not denied (IAM User Guide, "AWS global condition context keys"; "Centrally manage root access for member
 * accounts").
 */
function guardRoot(): PolicyStatement[] {
  return [
    {
      Sid: "GuardRoot",
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: {
        ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" },
        BoolIfExists: { "aws:AssumedRoot": "false" },
      },
    },
  ];
}

/**
 * `auth`: the service control policy of the auth account. Without MFA, its users and its root user can do no more than a developer without
 * MFA, whatever permissions they have there. Its users can do it for themselves alone: another user's key or device would be as good as
 * that user's MFA. Role sessions, the access role's among them, are not bound.
 */
export function authAccountPolicy(accessKeys?: DeveloperRights["accessKeys"]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "GuardAuth",
        Effect: "Deny",
        NotAction: enrolment(accessKeys),
        Resource: "*",
        Condition: {
          StringNotEquals: { "aws:PrincipalType": "AssumedRole" },
          BoolIfExists: { "aws:MultiFactorAuthPresent": "false" },
        },
      },
      {
        Sid: "GuardAuthOthers",
        Effect: "Deny",
        // `ListVirtualMFADevices` takes no resource, and only reads.
        Action: enrolment().filter((action) => action !== "iam:ListVirtualMFADevices"),
        NotResource: ["user", "mfa"].flatMap((kind) => [
          `arn:aws:iam::*:${kind}/\${aws:username}`,
          `arn:aws:iam::*:${kind}/*/\${aws:username}`,
        ]),
        Condition: {
          StringEquals: { "aws:PrincipalType": "User" },
          BoolIfExists: { "aws:MultiFactorAuthPresent": "false" },
        },
      },
    ],
  };
}

/**
 * `outsiders`: the resource control policy of the development accounts. Only principals of the organization, of trusted accounts, and AWS
 * services can assume roles there, whatever the roles' trust policies say (Organizations User Guide, "Resource control policies"). Sign-ins
 * by SAML and web identity are other actions, and are not denied. No resource control policy binds a service-linked role; its ARN is
 * excepted as well, for where it acts in another account.
 */
export function outsidersPolicy(
  organizationId: string,
  { trustedAccounts }: Pick<Guarded, "trustedAccounts">,
): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "GuardOutsiders",
        Effect: "Deny",
        Principal: "*",
        Action: "sts:AssumeRole",
        Resource: "*",
        Condition: {
          StringNotEqualsIfExists: {
            "aws:PrincipalOrgID": organizationId,
            ...(trustedAccounts.length > 0 && { "aws:PrincipalAccount": [...trustedAccounts].sort() }),
          },
          BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
          ArnNotLikeIfExists: { "aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*" },
        },
      },
    ],
  };
}

/** The types of AWS Organizations' policies that limit what accounts may do. */
export type ControlPolicyType = "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY";

/** A control policy of AWS Organizations. */
export interface ControlPolicy {
  /** Its logical name in the stack. */
  key: string;
  name: string;
  description: string;
  type: ControlPolicyType;
  content: PolicyDocument;
  targetIds: string[];
}

/**
 * The control policies of the chosen guard rails, in the order in which they are attached.
 *
 * @param organizationId id of the organization, "o-…", for `outsiders`
 */
export function guardRailPolicies(
  settings: Guarded & { organizationalUnits: string[]; authAccount: string },
  organizationId: string,
): ControlPolicy[] {
  const { guardRails, organizationalUnits, authAccount } = settings;
  const accounts = guardRailPolicy(settings);
  return [
    ...(accounts === undefined
      ? []
      : [
          {
            ...{ key: "guard-rails", name: guardRailsName, type: "SERVICE_CONTROL_POLICY" as const },
            description: "Keeps developers' sessions from undoing what protects the development accounts.",
            content: accounts,
            targetIds: organizationalUnits,
          },
        ]),
    ...(guardRails.includes("auth")
      ? [
          {
            ...{ key: "guard-auth", name: `${guardRailsName}-auth`, type: "SERVICE_CONTROL_POLICY" as const },
            description: "Denies everything but enrolling to users of the auth account unless they carry MFA.",
            content: authAccountPolicy(settings.accessKeys),
            targetIds: [authAccount],
          },
        ]
      : []),
    ...(guardRails.includes("outsiders")
      ? [
          {
            ...{
              key: "guard-outsiders",
              name: `${guardRailsName}-outsiders`,
              type: "RESOURCE_CONTROL_POLICY" as const,
            },
            description: "Keeps principals of other organizations from assuming roles of the development accounts.",
            content: outsidersPolicy(organizationId, settings),
            targetIds: organizationalUnits,
          },
        ]
      : []),
  ];
}

/** The guard rails whose statements a control policy has, told by the statements' ids. */
export function guardRailsIn(content: unknown): GuardRail[] {
  const ids = spelledDocument(content).Statement.map(({ Sid }) => Sid);
  return guardRailNames.filter((name) => ids.includes(`Guard${name.charAt(0).toUpperCase()}${name.slice(1)}`));
}
