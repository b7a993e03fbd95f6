/**
 * The role that developers share in an account: its trust policy, and the template by which CloudFormation StackSets make it. Pure
 * functions. test/infra/shared-role.test.ts shows who may enter where by it; docs/scale.md explains it to reviewers.
 */

import { policyArnIn, sharedRoleKey, sharedRoleName, tagPrefix } from "./names.ts";
import { type PolicyDocument, type PolicyStatement, withMfaYoungerThan } from "./policies.ts";
import type { Settings } from "./settings.ts";

/** The account that a template is deployed to, as the template names it (CloudFormation User Guide, "Pseudo parameters reference"). */
export const accountOfTemplate = "${AWS::AccountId}";

/** The key of the tag that lets a developer's user into one account by the shared role. The tag's value is the account's name. */
export const accountTag = (accountId: string): string => `${tagPrefix}in/${accountId}`;

/** The tag that lets a user into every account. */
export const everyAccountTag = { key: `${tagPrefix}every-account`, value: "yes" };

/**
 * The trust policy of the shared role, as it stands in a template. It lets in users of the auth account who have a tag for this account or
 * the one for every account, with MFA, and under their own name as session name, for CloudTrail. Users of the role's own account are never
 * let in: in the auth account, were it ever among the targets, the role lets nobody in.
 */
export function sharedRoleTrust({
  authAccount,
  mfaMaxAge,
}: Pick<Settings, "authAccount"> & Partial<Pick<Settings, "mfaMaxAge">>): PolicyDocument {
  const statement = (Sid: string, tag: Record<string, Record<string, string>>): PolicyStatement => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${authAccount}:root` },
    Action: "sts:AssumeRole",
    Condition: {
      ...withMfaYoungerThan(mfaMaxAge),
      StringNotEquals: { "aws:PrincipalAccount": accountOfTemplate },
      ...tag,
      StringEquals: { "sts:RoleSessionName": "${aws:username}", ...tag["StringEquals"] },
    },
  });
  return {
    Version: "2012-10-17",
    Statement: [
      // The tag only has to exist: its value is for people.
      statement("AllowDeveloperOfThisAccount", {
        Null: { [`aws:PrincipalTag/${accountTag(accountOfTemplate)}`]: "false" },
      }),
      statement("AllowDeveloperOfEveryAccount", {
        StringEquals: { [`aws:PrincipalTag/${everyAccountTag.key}`]: everyAccountTag.value },
      }),
    ],
  };
}

/** The part of the settings that the shared role is made from. */
export type SharedRole = Pick<
  Settings,
  "authAccount" | "rolePrefix" | "permissions" | "permissionsBoundary" | "sessionDuration" | "mfaMaxAge"
>;

/**
 * The template of the shared role, as JSON text: the same for every account, those included to which AWS deploys by itself. So it has
 * neither parameters nor macros, and names the account by a pseudo parameter. A map's key may not have one, but a policy may be given as
 * text, in which it may stand anywhere (CloudFormation User Guide, "Fn::Sub").
 */
export function sharedRoleTemplate(settings: SharedRole): string {
  const { permissions, permissionsBoundary, sessionDuration } = settings;
  return JSON.stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "The role of mfa-admin's developers in this account.",
    Resources: {
      [sharedRoleKey]: {
        Type: "AWS::IAM::Role",
        Properties: {
          RoleName: sharedRoleName(settings),
          Description: "What mfa-admin's developers may do here, with MFA. A session has the name of its user.",
          AssumeRolePolicyDocument: { "Fn::Sub": escaped(JSON.stringify(sharedRoleTrust(settings))) },
          ManagedPolicyArns: permissions.map(ofItsAccount),
          MaxSessionDuration: sessionDuration,
          ...(permissionsBoundary !== undefined && { PermissionsBoundary: ofItsAccount(permissionsBoundary) }),
        },
      },
    },
  });
}

/** The name of the role that such a template makes; undefined for any other value. */
export function roleNameInTemplate(template: unknown): string | undefined {
  try {
    const { Resources } = JSON.parse(String(template)) as {
      Resources?: Record<string, { Properties?: { RoleName?: unknown } } | undefined>;
    };
    const name = Resources?.[sharedRoleKey]?.Properties?.RoleName;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The ARN for a template: that of a customer managed policy names the account by the pseudo parameter. */
function ofItsAccount(arn: string): string | { "Fn::Sub": string } {
  const inAccount = policyArnIn(accountOfTemplate, arn);
  return inAccount === arn ? arn : { "Fn::Sub": inAccount };
}

/** Escapes IAM's own variables for `Fn::Sub`, which writes `${!name}` as `${name}`. */
function escaped(text: string): string {
  return text.replaceAll("${", "${!").replaceAll(accountOfTemplate.replace("${", "${!"), accountOfTemplate);
}
