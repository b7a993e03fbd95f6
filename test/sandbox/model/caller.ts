import type { Role, User } from "./entities.ts";

/** The principal that makes a request. */
export type Caller = UserCaller | RoleCaller | RootCaller;

interface AnyCaller {
  readonly accountId: string;
  /** The ARN in GetCallerIdentity and error messages. */
  readonly arn: string;
  /** aws:userid */
  readonly userId: string;
}

/** An IAM user, with long-term keys or with a session of GetSessionToken or of the console. */
export interface UserCaller extends AnyCaller {
  readonly type: "User";
  readonly user: User;
  readonly session?: { issued: Date; mfa: boolean; /** Of the console. */ console?: true };
}

/** A session of AssumeRole. */
export interface RoleCaller extends AnyCaller {
  readonly type: "AssumedRole";
  readonly role: Role;
  readonly sessionName: string;
  readonly issued: Date;
  /** Whether the role was assumed with temporary credentials: role chaining. */
  readonly chained: boolean;
  readonly sourceIdentity?: string;
  /** The session policy given to AssumeRole, as JSON text. */
  readonly sessionPolicy?: string;
}

/** Whether the caller uses temporary credentials. */
export function hasTemporaryCredentials(caller: Caller): boolean {
  return caller.type === "AssumedRole" || (caller.type === "User" && caller.session !== undefined);
}

/** The root user of an account. */
export interface RootCaller extends AnyCaller {
  readonly type: "Account";
  /** A session of AssumeRoot, by the management account; `task` is the policy document of its task. */
  readonly session?: { issued: Date; task: string };
}

/**
 * The value of aws:MultiFactorAuthPresent: only sessions of GetSessionToken and of the console carry the key,
 * neither long-term keys nor the sessions of an assumed role do.
 */
export function multiFactorAuthPresent(caller: Caller): "true" | "false" | undefined {
  if (caller.type !== "User" || caller.session === undefined) return undefined;
  return caller.session.mfa ? "true" : "false";
}
