/**
 * The policy documents, one pure function each. A comment beside each statement names its purpose; the tests of the same name show what it
 * allows and denies.
 */

import { isDeepStrictEqual } from "node:util";

import { dayBefore, endOf, type Exemption, exemptionEnds } from "./exemptions.ts";
import { roleNameOf, type RolesForm } from "./names.ts";
import { spelledDocument } from "./policy-documents.ts";
import type { Settings } from "./settings.ts";

/** One statement of an IAM policy (IAM User Guide, "IAM JSON policy element reference"). */
export interface PolicyStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: { AWS: string } | "*";
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: PolicyStatement[];
}

/** A request without the key at all, as one signed by a long-term access key is, counts as one without MFA. */
const withoutMfa = { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } };
/** A request without the key does not match: only one that carries MFA is allowed. */
const withMfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };

/**
 * The condition that MFA is younger than some seconds. A request without the key does not match. The key is present where MFA was used (IAM
 * User Guide, "Configuring MFA-protected API access"); many trust policies rely on its being set by AssumeRole's own token code, too.
 */
export function withMfaYoungerThan(seconds: number | undefined) {
  return seconds === undefined
    ? withMfa
    : { ...withMfa, NumericLessThan: { "aws:MultiFactorAuthAge": String(seconds) } };
}

/**
 * The service control policy of the development accounts: it denies everything to principals that are not assumed roles, unless the request
 * carries MFA. A key leaked from a development account is useless. An exemption ends after its last day by a condition of the policy
 * itself, so that nothing has to run then.
 */
export function serviceControlPolicy(exemptions: Pick<Exemption, "arn" | "until">[] = []): PolicyDocument {
  const arns = exemptions.map(({ arn }) => arn).sort();
  const byEnd = Map.groupBy(exemptions, ({ until }) => endOf(until));
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "DenyWithoutMFAExcludeAssumedRole",
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: {
          StringNotEquals: { "aws:PrincipalType": "AssumedRole" },
          ...withoutMfa,
          ...(arns.length > 0 && { ArnNotEquals: { "aws:PrincipalArn": arns } }),
        },
      },
      ...[...byEnd]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([end, users]): PolicyStatement => ({
          Sid: `DenyWithoutMFAFrom${end.slice(0, 10).replaceAll("-", "")}`,
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: {
            ...withoutMfa,
            ArnEquals: { "aws:PrincipalArn": users.map(({ arn }) => arn).sort() },
            DateGreaterThanEquals: { "aws:CurrentTime": end },
          },
        })),
    ],
  };
}

/** Whether a service control policy denies all that the stack's own would deny with the same exemptions. It may deny more. */
export function shutsOutWithoutMfa(content: unknown): boolean {
  const exemptions = Object.entries(exemptionEnds(content)).map(([arn, end]) => ({ arn, until: dayBefore(end) }));
  const { Statement: statements } = spelledDocument(content);
  return serviceControlPolicy(exemptions).Statement.every((wanted) =>
    statements.some((statement) => isDeepStrictEqual(statement, wanted)),
  );
}

/** The longest service control policy, in characters (Organizations User Guide, "Quotas and service limits for AWS Organizations"). */
export const serviceControlPolicyQuota = 10_240;

/** What a developer may do with their own virtual MFA device. They may not deactivate or delete it, or the thief of a key could. */
const selfManagementOfMfa = [
  "iam:CreateVirtualMFADevice",
  "iam:EnableMFADevice",
  "iam:ListMFADevices",
  "iam:ListVirtualMFADevices",
  "iam:ResyncMFADevice",
];
const ownPassword = ["iam:ChangePassword", "iam:GetUser"];
const ownAccessKeys = ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey"];

const ownUser = "arn:aws:iam::*:user/${aws:username}";

/** The settings that shape the developers' policy. */
export type DeveloperRights = Pick<Settings, "rolePrefix"> &
  Partial<Pick<Settings, "roles" | "accessKeys" | "mfaMaxAge">>;

/**
 * The actions that a developer may do without MFA: enough to enrol. The article's list has access keys, and DeactivateMFADevice on purpose:
 * an administrator's own Allow is then enough to reset a device, and nothing here allows it to a developer. With `with-mfa` it is the list
 * of AWS's example, with ChangePassword and GetAccountPasswordPolicy as the example's note says: otherwise nobody could change the one-time
 * password at the first sign-in. GetSessionToken adds MFA to an access key.
 */
export function enrolment(accessKeys: DeveloperRights["accessKeys"] = "article"): string[] {
  return accessKeys === "with-mfa"
    ? [...selfManagementOfMfa, ...ownPassword, "iam:GetAccountPasswordPolicy", "sts:GetSessionToken"]
    : [...new Set([...selfManagementOfMfa, "iam:DeactivateMFADevice", ...ownPassword, ...ownAccessKeys])];
}

/**
 * The managed policy of the developers' group in the auth account. Without MFA it is enough to enrol; with MFA it allows nothing but the
 * developer's role, their own or the shared one. With `accessKeys: with-mfa`, managing access keys needs MFA, too, and no key enrols a
 * device.
 *
 * @param switching whether roles of the other form still exist, by which people go on logging in
 */
export function developerPolicy(rights: DeveloperRights, switching = false): PolicyDocument {
  const { rolePrefix, roles } = rights;
  const forms: (RolesForm | undefined)[] = switching ? ["shared", "per-developer"] : [roles];
  const resources = forms.map(
    (form) => `arn:aws:iam::*:role/${roleNameOf({ rolePrefix, roles: form }, "${aws:username}")}`,
  );
  return {
    Version: "2012-10-17",
    Statement: [
      ...(rights.accessKeys === "with-mfa" ? ownCredentialsWithMfa() : ownCredentials()),
      {
        Sid: "AllowAssumeRoleWithMFA",
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Resource: resources.length === 1 ? resources.join() : resources,
        Condition: withMfaYoungerThan(rights.mfaMaxAge),
      },
    ],
  };
}

const allowSelfManagementOfMfa: PolicyStatement = {
  Sid: "AllowSelfManagementOfMFA",
  Effect: "Allow",
  Action: selfManagementOfMfa,
  Resource: ["arn:aws:iam::*:mfa/${aws:username}", ownUser],
};
const allowOwnPassword: PolicyStatement = {
  Sid: "AllowManageOwnPasswords",
  Effect: "Allow",
  Action: ownPassword,
  Resource: ownUser,
};

/** The statements of the article's policy. */
function ownCredentials(): PolicyStatement[] {
  return [
    allowSelfManagementOfMfa,
    allowOwnPassword,
    { Sid: "AllowManageOwnAccessKeys", Effect: "Allow", Action: ownAccessKeys, Resource: ownUser },
    {
      Sid: "DenyNoMFAWithoutSelfManagementOfMFA",
      Effect: "Deny",
      NotAction: enrolment(),
      Resource: "*",
      Condition: withoutMfa,
    },
  ];
}

/**
 * The statements of AWS's own example (IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials on the
 * Security credentials page"): without MFA a developer can get a device, and neither see nor change an access key.
 */
function ownCredentialsWithMfa(): PolicyStatement[] {
  return [
    allowSelfManagementOfMfa,
    allowOwnPassword,
    // The console calls it where a password is changed. The action takes no resource.
    { Sid: "AllowViewPasswordPolicy", Effect: "Allow", Action: "iam:GetAccountPasswordPolicy", Resource: "*" },
    {
      Sid: "AllowManageOwnAccessKeysWithMFA",
      Effect: "Allow",
      Action: [...ownAccessKeys, "iam:GetAccessKeyLastUsed"],
      Resource: ownUser,
      Condition: withMfa,
    },
    {
      Sid: "DenyAllExceptEnrolmentWithoutMFA",
      Effect: "Deny",
      NotAction: enrolment("with-mfa"),
      Resource: "*",
      Condition: withoutMfa,
    },
    {
      // No condition key tells whether a user has a device, but a user who has one cannot sign in to the console without it. So a password
      // is changed, and the first device assigned, in a session alone. Only a request signed by a long-term key lacks the key altogether,
      // and a session of GetSessionToken without a code may not call IAM (AWS STS API Reference, "GetSessionToken").
      Sid: "DenyPasswordAndDeviceByAccessKey",
      Effect: "Deny",
      Action: ["iam:ChangePassword", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice"],
      Resource: "*",
      Condition: { Null: { "aws:MultiFactorAuthPresent": "true" } },
    },
  ];
}

/**
 * The trust policy of a developer's role: this one user, with MFA, under a session name that identifies them in CloudTrail.
 *
 * @param end when the developer's access ends, ISO 8601 in UTC: the role lets nobody in from then on
 */
export function developerRoleTrust(
  { authAccount, mfaMaxAge }: Pick<Settings, "authAccount"> & Partial<Pick<Settings, "mfaMaxAge">>,
  userName: string,
  end?: string,
): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AllowDeveloperWithMFA",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${authAccount}:user/${userName}` },
        Action: "sts:AssumeRole",
        Condition: {
          ...withMfaYoungerThan(mfaMaxAge),
          StringEquals: { "sts:RoleSessionName": userName },
          ...(end !== undefined && { DateLessThan: { "aws:CurrentTime": end } }),
        },
      },
    ],
  };
}

/**
 * Denies a user or a role everything at once: keys, the password, and every existing session. It names no time, unlike the console's own
 * revocation: with a slow clock here, the latest sessions would live on.
 */
export function denyEverything(): PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Sid: "DenyEverything", Effect: "Deny", Action: "*", Resource: "*" }] };
}

/**
 * Ends the sessions that were made before a time, and no other credentials: a request signed by a long-term key carries no
 * `aws:TokenIssueTime` and does not match (IAM User Guide, "Revoking IAM role temporary security credentials").
 */
export function denyOlderSessions(before: Date): PolicyDocument {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": before.toISOString() } };
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "DenyOlderSessions", Effect: "Deny", Action: "*", Resource: "*", Condition }],
  };
}

/** Denies everything from a time on, ISO 8601 in UTC, to sessions that are open by then, too. Nothing has to run at that time. */
export function denyFrom(end: string): PolicyDocument {
  const Condition = { DateGreaterThanEquals: { "aws:CurrentTime": end } };
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "DenyFromTheEnd", Effect: "Deny", Action: "*", Resource: "*", Condition }],
  };
}

/** The time and the reason of a lock. */
export interface Lock {
  /** When the lock began, ISO 8601 in UTC. */
  since: string;
  /** When the lock ends by itself, ISO 8601 in UTC; without it, the lock stays until it is taken off. */
  until?: string;
  reason?: string;
}

/**
 * Locks a user or a role: everything is denied until the policy is taken off, or until a time in the policy itself. An inline policy has no
 * description, so a second statement carries the time and the reason, which the console shows, too. It denies only what the first statement
 * does, and only to principals whose tags have these words.
 */
export function denyWhileLocked({ since, until, reason }: Lock): PolicyDocument {
  const everything = { Effect: "Deny", Action: "*", Resource: "*" } as const;
  const words = {
    [lockTags.since]: since,
    ...(reason !== undefined && { [lockTags.reason]: encodedForPolicy(reason) }),
  };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "DenyWhileLocked",
        ...everything,
        ...(until !== undefined && { Condition: { DateLessThan: { "aws:CurrentTime": until } } }),
      },
      { Sid: "LockNote", ...everything, Condition: { StringEquals: words } },
    ],
  };
}

/** The lock that a policy is; undefined where it is none, or has anything besides. */
export function lockOf(document: unknown): Lock | undefined {
  const [first, note] = spelledDocument(document).Statement as Partial<PolicyStatement>[];
  const words = note?.Condition?.["StringEquals"] ?? {};
  const [since, reason] = [words[lockTags.since], words[lockTags.reason]];
  const until = first?.Condition?.["DateLessThan"]?.["aws:CurrentTime"];
  if (typeof since !== "string") return undefined;
  const lock: Lock = {
    since,
    ...(typeof until === "string" && { until }),
    ...(typeof reason === "string" && { reason: decodedFromPolicy(reason) }),
  };
  return isDeepStrictEqual(spelledDocument(document), spelledDocument(denyWhileLocked(lock))) ? lock : undefined;
}

const lockTags = { since: "aws:PrincipalTag/locked-since", reason: "aws:PrincipalTag/lock-reason" };

/** What is wrong with the reason of a lock; undefined where it is acceptable. */
export function lockReasonProblem(reason: string): string | undefined {
  if (reason.trim() === "" || /\p{Surrogate}/u.test(reason)) return "say why in a few words";
  const length = encodedForPolicy(reason).length;
  return length <= 450
    ? undefined
    : `a reason has 450 characters at most, and each that is no letter of ASCII counts for up to 12; this one has ${length}`;
}

/**
 * Percent-encodes what a policy cannot hold: it takes few characters beyond ASCII (IAM API Reference, "PutUserPolicy"), and `${` begins a
 * variable.
 */
function encodedForPolicy(text: string): string {
  return text.replace(/[^ !#&-[\]-~]/gu, (character) => encodeURIComponent(character));
}

function decodedFromPolicy(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
