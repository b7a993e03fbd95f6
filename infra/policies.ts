/**
 * The policy documents, one pure function each. What each statement is for stands beside it; what it allows and denies
 * is shown by the tests of the same name.
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
 * MFA that is younger than some seconds. A request without the key does not match. It is there where MFA was used (IAM User Guide,
 * "Configuring MFA-protected API access"); that this goes for AssumeRole's own token code, too, is what the trust policies of many rest on.
 */
export function withMfaYoungerThan(seconds: number | undefined) {
  return seconds === undefined
    ? withMfa
    : { ...withMfa, NumericLessThan: { "aws:MultiFactorAuthAge": String(seconds) } };
}

/**
 * The service control policy of the development accounts: whoever is not an assumed role is shut out unless the request
 * carries MFA. A key leaked from a development account is useless. Users who are exempt are so until a day is over: the policy
 * itself ends it, and nothing has to run then.
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

/**
 * Whether a service control policy shuts out all that the stack's does, but for those who are exempt by it. It may deny more
 * besides.
 */
export function shutsOutWithoutMfa(content: unknown): boolean {
  const exemptions = Object.entries(exemptionEnds(content)).map(([arn, end]) => ({ arn, until: dayBefore(end) }));
  const { Statement: statements } = spelledDocument(content);
  return serviceControlPolicy(exemptions).Statement.every((wanted) =>
    statements.some((statement) => isDeepStrictEqual(statement, wanted)),
  );
}

/** Characters of a service control policy (Organizations User Guide, "Quotas and service limits for AWS Organizations"). */
export const serviceControlPolicyQuota = 10_240;

/** What a developer may do with their own virtual MFA device. Not: deactivate or delete it, or a thief of a key could. */
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

/** What the settings say of the developers' policy. */
export type DeveloperRights = Pick<Settings, "rolePrefix"> &
  Partial<Pick<Settings, "roles" | "accessKeys" | "mfaMaxAge">>;

/**
 * What a developer may do without MFA: enough to enrol. The article's list has access keys, and DeactivateMFADevice, which is no
 * slip: an administrator's own Allow is enough to reset a device, and nothing here allows it to a developer. With `with-mfa` it is
 * AWS's own list, with ChangePassword and GetAccountPasswordPolicy beside it, as the example's note says: nobody could change the
 * one-time password at the first sign-in else. GetSessionToken is how a key gets MFA.
 */
export function enrolment(accessKeys: DeveloperRights["accessKeys"] = "article"): string[] {
  return accessKeys === "with-mfa"
    ? [...selfManagementOfMfa, ...ownPassword, "iam:GetAccountPasswordPolicy", "sts:GetSessionToken"]
    : [...new Set([...selfManagementOfMfa, "iam:DeactivateMFADevice", ...ownPassword, ...ownAccessKeys])];
}

/**
 * The managed policy of the developers' group in the auth account: enough to enrol without MFA, and nothing more than
 * the developer's role with it, which is their own or the shared one. By `accessKeys: with-mfa` access keys need MFA, too, and no
 * key enrols a device.
 *
 * @param switching whether roles of the other form are there still, by which people go on logging in
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

/** The article's statements. */
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
 * As AWS's own example has it (IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials on the
 * Security credentials page"): without MFA a developer gets as far as to have a device, and sees and touches no access key.
 */
function ownCredentialsWithMfa(): PolicyStatement[] {
  return [
    allowSelfManagementOfMfa,
    allowOwnPassword,
    // The console asks for it where a password is changed. It takes no resource.
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
      // No condition key tells whether a user has a device. But whoever has one cannot sign in to the console without it. So a
      // password is changed, and the first device assigned, in a session: a request signed by a long-term key is the one that
      // carries no such key at all, and a session of GetSessionToken without a code may not call IAM (AWS STS API Reference,
      // "GetSessionToken").
      Sid: "DenyPasswordAndDeviceByAccessKey",
      Effect: "Deny",
      Action: ["iam:ChangePassword", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice"],
      Resource: "*",
      Condition: { Null: { "aws:MultiFactorAuthPresent": "true" } },
    },
  ];
}

/**
 * The trust policy of a developer's role: this one user, with MFA, under a session name that CloudTrail can be read by.
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
 * Shuts a user or a role out at once: keys, the password, and every session made before alike. It names no time, as the
 * console's own revocation does: a clock that is slow here would let the latest sessions live.
 */
export function denyEverything(): PolicyDocument {
  return { Version: "2012-10-17", Statement: [{ Sid: "DenyEverything", Effect: "Deny", Action: "*", Resource: "*" }] };
}

/**
 * Ends the sessions that were made before a time and no other credentials: a request signed by a long-term key carries no
 * `aws:TokenIssueTime` and does not match (IAM User Guide, "Revoking IAM role temporary security credentials").
 */
export function denyOlderSessions(before: Date): PolicyDocument {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": before.toISOString() } };
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "DenyOlderSessions", Effect: "Deny", Action: "*", Resource: "*", Condition }],
  };
}

/** Ends all access at a time, ISO 8601 in UTC, that of sessions which are open by then, too: nothing has to run then. */
export function denyFrom(end: string): PolicyDocument {
  const Condition = { DateGreaterThanEquals: { "aws:CurrentTime": end } };
  return {
    Version: "2012-10-17",
    Statement: [{ Sid: "DenyFromTheEnd", Effect: "Deny", Action: "*", Resource: "*", Condition }],
  };
}

/** Why and until when somebody is locked. */
export interface Lock {
  /** When it began, ISO 8601 in UTC. */
  since: string;
  /** When it ends by itself, ISO 8601 in UTC; left out: when it is taken off. */
  until?: string;
  reason?: string;
}

/**
 * Locks a user or a role: everything is denied until it is taken off, or until a time, by the policy itself. An inline policy has no
 * place for words. So a second statement keeps them, where the console shows them, too: it denies only what the first one does, and to
 * whom a tag has these words.
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

/** The lock that a policy is; nothing where it is none, or says anything besides. */
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

/** What is wrong with the reason of a lock; nothing where it will do. */
export function lockReasonProblem(reason: string): string | undefined {
  if (reason.trim() === "" || /\p{Surrogate}/u.test(reason)) return "say why in a few words";
  const length = encodedForPolicy(reason).length;
  return length <= 450
    ? undefined
    : `a reason has 450 characters at most, and each that is no letter of ASCII counts for up to 12; this one has ${length}`;
}

/**
 * A policy takes few characters beyond ASCII (IAM API Reference, "PutUserPolicy"), and `${` begins a variable: such are written as in
 * an address.
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
