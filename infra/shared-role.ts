/**
 * The role that developers share in an account: its trust, and the template by which CloudFormation StackSets make it. Pure functions;
 * who may enter where by it is shown by test/infra/shared-role.test.ts, and told to reviewers in docs/scale.md.
 */

import { policyArnIn, sharedRoleKey, sharedRoleName, tagPrefix } from "./names.ts";
import { type PolicyDocument, type PolicyStatement, withMfaYoungerThan } from "./policies.ts";
import type { Settings } from "./settings.ts";

/** How a template names the account that it is deployed to (CloudFormation User Guide, "Pseudo parameters reference"). */
export const accountOfTemplate = "${AWS::AccountId}";

/** The tag of a developer's user that lets them into one account by the shared role. Its value is the account's name. */
export const accountTag = (accountId: string): string => `${tagPrefix}in/${accountId}`;

/** The tag that stands for every account, and its value. */
export const everyAccountTag = { key: `${tagPrefix}every-account`, value: "yes" };

/**
 * The trust policy of the shared role, as it stands in a template: whoever of the auth account has a tag for this very account, or the
 * one for every account, with MFA, and under their own name, by which CloudTrail can be read. No account trusts users of its own by it:
 * in the auth account, were it ever among the targets, it lets nobody in.
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
      // The tag has to be there: its value is for people.
      statement("AllowDeveloperOfThisAccount", {
        Null: { [`aws:PrincipalTag/${accountTag(accountOfTemplate)}`]: "false" },
      }),
      statement("AllowDeveloperOfEveryAccount", {
        StringEquals: { [`aws:PrincipalTag/${everyAccountTag.key}`]: everyAccountTag.value },
      }),
    ],
  };
}

/** What the shared role is made of: a part of the settings. */
export type SharedRole = Pick<
  Settings,
  "authAccount" | "rolePrefix" | "permissions" | "permissionsBoundary" | "sessionDuration" | "mfaMaxAge"
>;

/**
 * The template of the shared role, as JSON text: the same for every account, those included that AWS adds by itself. So it has neither
 * parameters nor macros, and names the account by a pseudo parameter. That may not stand in the key of a map; a policy may be given as
 * text, and there it may stand anywhere (CloudFormation User Guide, "Fn::Sub").
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

/** A policy of each account's own is named by the account. */
function ofItsAccount(arn: string): string | { "Fn::Sub": string } {
  const inAccount = policyArnIn(accountOfTemplate, arn);
  return inAccount === arn ? arn : { "Fn::Sub": inAccount };
}

/** IAM's own variables stay as they are: `${!name}` is written as `${name}`. */
function escaped(text: string): string {
  return text.replaceAll("${", "${!").replaceAll(accountOfTemplate.replace("${", "${!"), accountOfTemplate);
}
