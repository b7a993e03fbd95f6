import { timingSafeEqual } from "node:crypto";
import { AwsError } from "./errors.ts";
import type { Caller } from "./model/caller.ts";
import type { LongTermKey, Session } from "./model/credential-store.ts";
import type { LocalAws } from "./model/local-aws.ts";
import { verifySignature, type Authorization, type HttpRequest } from "./signature.ts";

/** The caller who has signed a request. Unknown, inactive and expired credentials and wrong signatures are refused. */
export function authenticate(aws: LocalAws, request: HttpRequest, authorization: Authorization): Caller {
  const session = aws.credentials.session(authorization.accessKeyId);
  if (session !== undefined) return sessionCaller(aws, request, authorization, session);
  const key = aws.credentials.key(authorization.accessKeyId);
  if (key === undefined || request.headers.has("x-amz-security-token")) throw invalidToken();
  verifySignature(request, authorization, key.key.secretAccessKey, aws.clock);
  if (key.key.status === "Inactive") throw invalidToken();
  key.key.lastUsed = { date: aws.clock.now(), service: authorization.service, region: authorization.region };
  return keyCaller(key);
}

function keyCaller({ accountId, user }: LongTermKey): Caller {
  if (user === undefined) {
    return { type: "Account", accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
  }
  return { type: "User", accountId, arn: user.arn, userId: user.id, user };
}

function sessionCaller(aws: LocalAws, request: HttpRequest, authorization: Authorization, session: Session): Caller {
  if (!equal(request.headers.get("x-amz-security-token") ?? "", session.sessionToken)) throw invalidToken();
  verifySignature(request, authorization, session.secretAccessKey, aws.clock);
  if (session.expires <= aws.clock.now()) {
    throw new AwsError("ExpiredToken", "The security token included in the request is expired", 403);
  }
  if (!stillExists(aws, session.caller)) throw invalidToken();
  return session.caller;
}

/** Whether a session's user or role still exists; one that was made again under the same name is another. */
export function stillExists(aws: LocalAws, caller: Caller): boolean {
  const account = aws.organization.account(caller.accountId);
  switch (caller.type) {
    case "User":
      return account.users.get(caller.user.name) === caller.user;
    case "AssumedRole":
      return account.roles.get(caller.role.name) === caller.role;
    case "Account":
      return true;
  }
}

/** Compares secrets in constant time. */
export function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const invalidToken = () =>
  new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
