import { AwsError } from "./errors.ts";
import type { Account } from "./model/account.ts";
import type { UserCaller } from "./model/caller.ts";
import type { Session } from "./model/credential-store.ts";
import type { MfaDevice, User } from "./model/entities.ts";
import { uniqueId } from "./model/identifiers.ts";
import type { LocalAws } from "./model/local-aws.ts";
import { acceptCode } from "./model/mfa.ts";
import { Latency } from "./latency.ts";
import { passwordOperations } from "./services/iam/passwords.ts";
import { iam } from "./services/iam/iam.ts";
import { Call, perform } from "./services/service.ts";

/** The input of the console's sign-in page. */
export interface SignIn {
  userName: string;
  password: string;
  /** The new password, where a one-time password has to be changed. */
  newPassword?: string;
  /** The code, for a user who has an MFA device that shows codes. */
  tokenCode?: string;
}

const SESSION_HOURS = 12;

/**
 * Signs an IAM user in to the console.
 * @throws AwsError in the words of the sign-in page, or of ChangePassword.
 */
export async function signIn(aws: LocalAws, account: Account, typed: SignIn): Promise<Session> {
  const user = account.users.get(typed.userName);
  if (user?.loginProfile?.password !== typed.password) throw incorrect();
  const now = aws.clock.now();
  const mfa = provesItself(aws, user, typed.tokenCode);
  const caller: UserCaller = {
    type: "User",
    accountId: account.id,
    arn: user.arn,
    userId: user.id,
    user,
    session: { issued: now, mfa, console: true },
  };
  if (user.loginProfile.passwordResetRequired) await changePassword(aws, caller, typed);
  user.passwordLastUsed = now;
  return aws.credentials.createSession(caller, new Date(now.getTime() + SESSION_HOURS * 3_600_000));
}

/** Whether the user has used a device. A user who has one must use it. */
function provesItself(aws: LocalAws, user: User, tokenCode: string | undefined): boolean {
  if (user.mfaDevices.length === 0) return false;
  if (tokenCode === undefined) throw new AwsError("MfaRequired", "The console asks for an MFA code.");
  const accepted = user.mfaDevices.some(({ serialNumber }) => {
    try {
      acceptCode(aws, user, serialNumber, tokenCode);
      return true;
    } catch {
      return false;
    }
  });
  if (!accepted) throw incorrect();
  return true;
}

async function changePassword(aws: LocalAws, caller: UserCaller, { password, newPassword }: SignIn): Promise<void> {
  if (newPassword === undefined) {
    throw new AwsError("PasswordResetRequired", "You must change your password to continue");
  }
  const input = { OldPassword: password, NewPassword: newPassword };
  const { ChangePassword } = passwordOperations;
  if (ChangePassword === undefined) throw new Error("IAM has no ChangePassword");
  await perform(iam, "ChangePassword", ChangePassword, new Call({ aws, caller, latency: new Latency(0) }, input));
}

const incorrect = (): AwsError =>
  new AwsError("AuthenticationFailed", "Your authentication information is incorrect. Please try again.");

/**
 * Registers a passkey or security key, which only a browser can do.
 * @returns its serial number.
 */
export function registerSecurityKey(aws: LocalAws, account: Account, userName: string, label: string): string {
  const user = account.users.get(userName);
  if (user === undefined) throw new Error(`There is no user ${userName}.`);
  const id = uniqueId("ACCA").slice(4);
  const now = aws.clock.now();
  const device: MfaDevice = {
    name: label,
    serialNumber: account.arn(`u2f/user/${userName}/${label}-${id}`),
    created: now,
    enabled: { user, date: now },
    lastStep: 0,
    verifications: [],
  };
  user.mfaDevices.push(device);
  return device.serialNumber;
}
