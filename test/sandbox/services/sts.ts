import { accessDenied, validationError } from "../errors.ts";
import { hasTemporaryCredentials, type Caller, type RoleCaller } from "../model/caller.ts";
import type { Session } from "../model/credential-store.ts";
import type { Role } from "../model/entities.ts";
import { acceptCode } from "../model/mfa.ts";
import { shownTrustPolicy } from "../model/trust-policy.ts";
import { parseDocument } from "../policy-document.ts";
import type { Output } from "../protocols/protocol.ts";
import { queryProtocol } from "../protocols/query.ts";
import type { RequestContext } from "../request-context.ts";
import { assumeRoot } from "./assume-root.ts";
import type { Call, Service } from "./service.ts";

const HOUR = 3600;
const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const NOT_SUPPORTED = ["PolicyArns", "Tags", "TransitiveTagKeys", "ProvidedContexts"];

/** STS. */
export const sts: Service = {
  name: "sts",
  permissionPrefix: "sts",
  protocol: queryProtocol("https://sts.amazonaws.com/doc/2011-06-15/"),
  operations: {
    // Needs no permission.
    GetCallerIdentity: {
      run: ({ caller }) => ({ UserId: caller.userId, Account: caller.accountId, Arn: caller.arn }),
    },
    GetAccessKeyInfo: {
      on: () => "*",
      run: ({ aws: { credentials }, input }) => {
        const id = input.string("AccessKeyId");
        const account = credentials.session(id)?.caller.accountId ?? credentials.key(id)?.accountId;
        if (account === undefined) throw validationError(`The sandbox does not know the access key ${id}.`);
        return { Account: account };
      },
    },
    // Needs no permission either.
    GetSessionToken: { run: getSessionToken },
    AssumeRole: { run: assumeRole },
    AssumeRoot: assumeRoot((session) => ({ Credentials: show(session) })),
  },
};

function getSessionToken(call: Call): Output {
  const { caller, now } = call;
  if (caller.type !== "User" || caller.session !== undefined) {
    throw accessDenied("Cannot call GetSessionToken with session credentials");
  }
  const seconds = call.input.integer("DurationSeconds", 12 * HOUR, 900, 36 * HOUR);
  const mfa = multiFactorAuthentication(call);
  const session = call.aws.credentials.createSession(
    { ...caller, session: { issued: now, mfa } },
    new Date(now.getTime() + seconds * 1000),
  );
  return { Credentials: show(session) };
}

async function assumeRole(call: Call): Promise<Output> {
  const { caller: asking, input, now } = call;
  if (asking.type === "Account") throw accessDenied("Roles may not be assumed by root accounts.");
  const unsupported = NOT_SUPPORTED.find((name) => input.structures(name).length > 0);
  if (unsupported !== undefined) throw validationError(`The sandbox does not know ${unsupported} of AssumeRole.`);
  const roleArn = input.string("RoleArn");
  const sessionName = input.matching("RoleSessionName", SESSION_NAME);
  const seconds = input.integer("DurationSeconds", HOUR, 900, 12 * HOUR);
  const role = findRole(call, roleArn);
  const request = {
    resource: roleArn,
    resourceAccountId: ROLE_ARN.exec(roleArn)?.[1] ?? asking.accountId,
    // A role that does not exist is refused in the same words as one that trusts nobody.
    trustPolicy: role === undefined ? TRUSTS_NOBODY : shownTrustPolicy(call.aws, role.trustPolicy),
  };
  await call.authorize({ action: "sts:AssumeRole", ...request, context: assumeRoleContext(call, sessionName) });
  const sourceIdentity = input.optional("SourceIdentity");
  if (sourceIdentity !== undefined) {
    // A permission of its own, in both policies (IAM User Guide, "Monitor and control actions taken with assumed roles").
    const context = { "sts:SourceIdentity": sourceIdentity };
    await call.authorize({ action: "sts:SetSourceIdentity", ...request, context });
  }
  if (role === undefined) throw new Error(`${roleArn} was allowed but does not exist`);
  refuseDuration(asking, role, seconds);
  role.lastUsed = now;
  const caller = roleCaller(call, role, sessionName);
  const session = call.aws.credentials.createSession(caller, new Date(now.getTime() + seconds * 1000));
  return {
    Credentials: show(session),
    AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
    SourceIdentity: caller.sourceIdentity,
  };
}

const TRUSTS_NOBODY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "sts:AssumeRole" }],
});

function findRole(call: Call, arn: string): Role | undefined {
  const [, accountId = "", name = ""] = ROLE_ARN.exec(arn) ?? [];
  const account = call.aws.organization.anyAccount(accountId);
  // Roles of a closed account cannot be assumed.
  const role = account?.state === "ACTIVE" ? account.roles.get(name) : undefined;
  return role?.arn === arn ? role : undefined;
}

/** With a token code the request itself carries MFA, in the caller's policies and in the trust policy. */
function assumeRoleContext(call: Call, sessionName: string): RequestContext {
  const mfa = multiFactorAuthentication(call);
  const externalId = call.input.optional("ExternalId");
  const sourceIdentity = call.input.optional("SourceIdentity");
  return {
    "sts:RoleSessionName": sessionName,
    ...(externalId === undefined ? {} : { "sts:ExternalId": externalId }),
    ...(sourceIdentity === undefined ? {} : { "sts:SourceIdentity": sourceIdentity }),
    ...(mfa ? { "aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0" } : {}),
  };
}

/** Whether a valid token code was given. A wrong one is refused, whatever the policies say. */
function multiFactorAuthentication(call: Call): boolean {
  const serialNumber = call.input.optional("SerialNumber");
  const code = call.input.optional("TokenCode");
  if (serialNumber === undefined && code === undefined) return false;
  if (serialNumber === undefined || code === undefined || call.caller.type !== "User") {
    throw accessDenied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.");
  }
  acceptCode(call.aws, call.caller.user, serialNumber, call.input.matching("TokenCode", /^\d{6}$/));
  return true;
}

/** Refuses a duration that is too long: a chained session lasts an hour at most. */
function refuseDuration(caller: Caller, role: Role, seconds: number): void {
  if (hasTemporaryCredentials(caller) && seconds > HOUR) {
    throw validationError(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  if (seconds > role.maxSessionDuration) {
    throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
}

function roleCaller(call: Call, role: Role, sessionName: string): RoleCaller {
  const accountId = ROLE_ARN.exec(role.arn)?.[1] ?? "";
  const sessionPolicy = call.input.optional("Policy");
  if (sessionPolicy !== undefined) parseDocument(sessionPolicy);
  const sourceIdentity = call.input.optional("SourceIdentity");
  return {
    type: "AssumedRole",
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    role,
    sessionName,
    issued: call.now,
    chained: hasTemporaryCredentials(call.caller),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
  };
}

const show = (session: Session): Output => ({
  AccessKeyId: session.accessKeyId,
  SecretAccessKey: session.secretAccessKey,
  SessionToken: session.sessionToken,
  Expiration: session.expires,
});
