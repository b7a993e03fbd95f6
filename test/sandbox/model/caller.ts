import type { Role, User } from "./entities.ts";

/** Who makes a request. */
export type Caller = UserCaller | RoleCaller | RootCaller;

interface AnyCaller {
  readonly accountId: string;
  /** As GetCallerIdentity and error messages show it. */
  readonly arn: string;
  /** aws:userid */
  readonly userId: string;
}

/** An IAM user, with long-term keys or with a session of GetSessionToken. */
export interface UserCaller extends AnyCaller {
  readonly type: "User";
  readonly user: User;
  readonly session?: { issued: Date; mfa: boolean };
}

/** A session of AssumeRole. */
export interface RoleCaller extends AnyCaller {
  readonly type: "AssumedRole";
  readonly role: Role;
  readonly sessionName: string;
  readonly issued: Date;
  readonly sourceIdentity?: string;
  /** The session policy given to AssumeRole, as JSON text. */
  readonly sessionPolicy?: string;
}

/** The root user of an account. */
export interface RootCaller extends AnyCaller {
  readonly type: "Account";
}

/**
 * The value of aws:MultiFactorAuthPresent: only sessions of GetSessionToken carry the key, neither long-term keys
 * nor the sessions of an assumed role do.
 */
export function multiFactorAuthPresent(caller: Caller): "true" | "false" | undefined {
  if (caller.type !== "User" || caller.session === undefined) return undefined;
  return caller.session.mfa ? "true" : "false";
}
