import { noSuchEntity, validationError } from "../../errors.ts";
import type { Group, Identity, ManagedPolicy, Role, User } from "../../model/entities.ts";
import type { Names } from "../../model/names.ts";
import type { Call } from "../service.ts";

export type IdentityKind = "User" | "Group" | "Role";

/** The identity that a parameter names. */
export function identityNamed(call: Call, kind: "User"): User;
export function identityNamed(call: Call, kind: "Group"): Group;
export function identityNamed(call: Call, kind: "Role"): Role;
export function identityNamed(call: Call, kind: IdentityKind): Identity;
export function identityNamed(call: Call, kind: IdentityKind): Identity {
  const name = call.input.name(`${kind}Name`);
  const identity = identitiesOf(call, kind).get(name);
  if (identity === undefined) throw noSuchEntity(`The ${kind.toLowerCase()} with name ${name} cannot be found.`);
  return identity;
}

/** The ARN of the identity that a parameter names, whether it exists or not. */
export function arnOf(call: Call, kind: IdentityKind): string {
  const name = call.input.name(`${kind}Name`);
  return identitiesOf(call, kind).get(name)?.arn ?? call.account.arn(`${kind.toLowerCase()}/${name}`);
}

/** The user that UserName names, else the caller. */
export function userNamedOrCalling(call: Call): User {
  if (call.input.optional("UserName") !== undefined) return identityNamed(call, "User");
  if (call.caller.type === "User") return call.caller.user;
  throw unnamedUser();
}

const unnamedUser = () => validationError("Must specify userName when calling with non-User credentials");

/** The ARN for {@link userNamedOrCalling}. */
export function userArn(call: Call): string {
  if (call.input.optional("UserName") !== undefined) return arnOf(call, "User");
  if (call.caller.type === "User") return call.caller.user.arn;
  if (call.caller.type === "Account") return call.account.arn("user/root");
  throw unnamedUser();
}

export const groupArn = (call: Call): string => arnOf(call, "Group");
export const roleArn = (call: Call): string => arnOf(call, "Role");
export const policyArn = (call: Call): string => call.input.string("PolicyArn");

/** The managed policy that PolicyArn names. */
export function managedPolicy(call: Call): ManagedPolicy {
  const arn = policyArn(call);
  const policy = call.aws.managedPolicy(call.caller.accountId, arn);
  if (policy === undefined) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  return policy;
}

/** The ARN that a new user, group, role or policy will have. */
export function newArn(call: Call, kind: string, parameter: string): string {
  return call.account.arn(kind + (call.input.optional("Path") ?? "/") + call.input.name(parameter));
}

function identitiesOf(call: Call, kind: IdentityKind): Names<Identity> {
  switch (kind) {
    case "User":
      return call.account.users;
    case "Group":
      return call.account.groups;
    case "Role":
      return call.account.roles;
  }
}
