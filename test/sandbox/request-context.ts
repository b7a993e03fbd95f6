import { multiFactorAuthPresent, type Caller } from "./model/caller.ts";
import type { LocalAws } from "./model/local-aws.ts";

/** Condition keys and their values; the evaluator wants strings, `false` would be overlooked. */
export type RequestContext = Record<string, string | string[]>;

/** The condition keys that AWS fills in for a request. */
export function requestContext(
  aws: LocalAws,
  caller: Caller,
  resourceAccountId: string,
  ofRequest: RequestContext = {},
): RequestContext {
  const now = aws.clock.now();
  return {
    "aws:CurrentTime": now.toISOString(),
    "aws:EpochTime": String(Math.floor(now.getTime() / 1000)),
    "aws:RequestedRegion": "us-east-1",
    "aws:SourceIp": "127.0.0.1",
    // AWS's own endpoints speak HTTPS only.
    "aws:SecureTransport": "true",
    "aws:PrincipalIsAWSService": "false",
    "aws:ViaAWSService": "false",
    ...inOrganization(aws, "aws:PrincipalOrgID", caller.accountId),
    "aws:PrincipalAccount": caller.accountId,
    "aws:PrincipalType": caller.type,
    "aws:userid": caller.userId,
    "aws:ResourceAccount": resourceAccountId,
    ...inOrganization(aws, "aws:ResourceOrgID", resourceAccountId),
    ...ofCaller(caller, now),
    ...ofRequest,
  };
}

/** The organization's id under a key; the key is absent for principals and resources outside of the organization. */
function inOrganization({ organization }: LocalAws, key: string, accountId: string): RequestContext {
  return organization.accounts.has(accountId) ? { [key]: organization.id } : {};
}

function ofCaller(caller: Caller, now: Date): RequestContext {
  switch (caller.type) {
    case "User":
      return {
        "aws:PrincipalArn": caller.user.arn,
        "aws:username": caller.user.name,
        ...tags("aws:PrincipalTag", caller.user.tags),
        ...ofUserSession(caller, now),
      };
    case "AssumedRole":
      return {
        "aws:PrincipalArn": caller.role.arn,
        "aws:TokenIssueTime": caller.issued.toISOString(),
        ...(caller.sourceIdentity === undefined ? {} : { "aws:SourceIdentity": caller.sourceIdentity }),
        ...tags("aws:PrincipalTag", caller.role.tags),
      };
    case "Account":
      return {
        "aws:PrincipalArn": caller.arn,
        ...(caller.session === undefined
          ? {}
          : { "aws:AssumedRoot": "true", "aws:TokenIssueTime": caller.session.issued.toISOString() }),
      };
  }
}

function ofUserSession(caller: Caller & { type: "User" }, now: Date): RequestContext {
  const mfa = multiFactorAuthPresent(caller);
  if (caller.session === undefined || mfa === undefined) return {};
  return {
    "aws:TokenIssueTime": caller.session.issued.toISOString(),
    "aws:MultiFactorAuthPresent": mfa,
    ...(mfa === "true" ? { "aws:MultiFactorAuthAge": secondsBetween(caller.session.issued, now) } : {}),
  };
}

/** Condition keys for a set of tags, such as `aws:ResourceTag/team`. */
export function tags(prefix: string, values: ReadonlyMap<string, string>): RequestContext {
  return Object.fromEntries([...values].map(([key, value]) => [`${prefix}/${key}`, value]));
}

function secondsBetween(earlier: Date, later: Date): string {
  return String(Math.floor((later.getTime() - earlier.getTime()) / 1000));
}
