import { AwsError, accessDenied, entityAlreadyExists, noSuchEntity } from "../../errors.ts";
import type { LoginProfile, PasswordPolicy, User } from "../../model/entities.ts";
import type { Call, Operations } from "../service.ts";
import { userArn, userNamedOrCalling } from "./lookup.ts";

/** Console passwords. */
export const passwordOperations: Operations = {
  CreateLoginProfile: {
    on: userArn,
    run(call) {
      const user = userNamedOrCalling(call);
      if (user.loginProfile !== undefined) {
        throw entityAlreadyExists(`Login Profile for user ${user.name} already exists.`);
      }
      user.loginProfile = {
        password: acceptablePassword(call, "Password"),
        passwordResetRequired: call.input.flag("PasswordResetRequired"),
        created: call.now,
        passwordChanged: call.now,
      };
      return { LoginProfile: show(user, user.loginProfile) };
    },
  },
  GetLoginProfile: {
    on: userArn,
    run(call) {
      const user = userNamedOrCalling(call);
      return { LoginProfile: show(user, loginProfileOf(user)) };
    },
  },
  UpdateLoginProfile: {
    on: userArn,
    run(call) {
      const profile = loginProfileOf(userNamedOrCalling(call));
      if (call.input.optional("Password") !== undefined)
        setPassword(call, profile, acceptablePassword(call, "Password"));
      if (call.input.optional("PasswordResetRequired") !== undefined) {
        profile.passwordResetRequired = call.input.flag("PasswordResetRequired");
      }
      return {};
    },
  },
  DeleteLoginProfile: {
    on: userArn,
    run(call) {
      const user = userNamedOrCalling(call);
      loginProfileOf(user);
      delete user.loginProfile;
      return {};
    },
  },
  ChangePassword: {
    on: (call) => callingUser(call).arn,
    run(call) {
      const profile = loginProfileOf(callingUser(call));
      if (call.input.string("OldPassword") !== profile.password) throw accessDenied("The old password was incorrect.");
      if (call.input.string("NewPassword") === profile.password) {
        throw violation("Policy constraint violation with password reuse prevention during password change.");
      }
      setPassword(call, profile, acceptablePassword(call, "NewPassword"));
      profile.passwordResetRequired = false;
      return {};
    },
  },
};

const show = (user: User, profile: LoginProfile) => ({
  UserName: user.name,
  CreateDate: profile.created,
  PasswordResetRequired: profile.passwordResetRequired,
});

function callingUser({ caller }: Call): User {
  if (caller.type === "User") return caller.user;
  throw new AwsError("InvalidUserType", "Only IAM Users can change their own password", 403);
}

function loginProfileOf(user: User): LoginProfile {
  if (user.loginProfile === undefined) throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
  return user.loginProfile;
}

function setPassword(call: Call, profile: LoginProfile, password: string): void {
  profile.password = password;
  profile.passwordChanged = call.now;
}

function acceptablePassword(call: Call, parameter: string): string {
  const password = call.input.string(parameter);
  const { passwordPolicy } = call.account;
  if (passwordPolicy !== undefined) refuseViolation(passwordPolicy, password);
  else if (!meetsDefaultPolicy(password)) throw violation("Password does not conform to the account password policy.");
  return password;
}

const SYMBOL = /[!@#$%^&*()_+\-=[\]{}|']/;

/** Whether a password satisfies AWS's default policy: eight characters of three kinds out of four. */
function meetsDefaultPolicy(password: string): boolean {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, SYMBOL].filter((kind) => kind.test(password));
  return password.length >= 8 && password.length <= 128 && kinds.length >= 3;
}

/** Refuses a password by the first rule that it breaks. */
function refuseViolation(policy: PasswordPolicy, password: string): void {
  const { minimumPasswordLength } = policy;
  if (password.length < minimumPasswordLength) {
    throw violation(`Password should have a minimum length of ${minimumPasswordLength}`);
  }
  const kinds: [boolean, RegExp, string][] = [
    [policy.requireUppercaseCharacters, /[A-Z]/, "uppercase letter"],
    [policy.requireLowercaseCharacters, /[a-z]/, "lowercase letter"],
    [policy.requireNumbers, /\d/, "number"],
    [policy.requireSymbols, SYMBOL, "symbol"],
  ];
  const missing = kinds.find(([required, kind]) => required && !kind.test(password));
  if (missing !== undefined) throw violation(`Password should have at least one ${missing[2]}`);
}

const violation = (message: string): AwsError => new AwsError("PasswordPolicyViolation", message);
