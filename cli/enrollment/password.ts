import type { Assignment } from "../../infra/assignment.ts";
import { isAccessDenied, wordsOfAws } from "../aws/error-words.ts";
import { wasSentAgain } from "../aws/sent-again.ts";
import { Failure } from "../failure.ts";
import { iamFor } from "../login/developer-clients.ts";
import { explainAs } from "../login/explain-key.ts";
import { whomToAsk } from "../login/myself.ts";
import { localTime } from "../login/login-summary.ts";
import { askSecret } from "../terminal/ask.ts";
import { type Enrollment, tries } from "./enrollment.ts";
import { tell } from "../terminal/tell.ts";

const step = "Password";
const perhapsChanged =
  "changed, most likely: AWS's first answer was lost, and to the second request the one-time password was wrong. If the console refuses your new password, sign in there with the one-time password";
const remedy = "Run mfa-admin enroll again; mfa-admin reset-password, by an administrator, makes a new one.";

/**
 * Changes the one-time password. IAM tells only administrators (`GetLoginProfile`) whether a password that the developer had chosen was
 * reset since; then the developer is asked. A developer who has a device has most likely enrolled on another computer, and chosen a
 * password there.
 */
export async function changeFirstPassword(enrollment: Enrollment, assignment: Assignment): Promise<void> {
  const { key, myself, progress } = enrollment;
  if (assignment.accessKeys === "with-mfa") {
    enrollment.tell(step, "the one that you sign in to the console with; it is changed there alone");
    return;
  }
  const since = myself.passwordLastUsed;
  const mayBeOwn =
    since !== undefined || (await progress.read()).passwordChanged === true || myself.mfaDevices.length > 0;
  const question = mayBeOwn
    ? `One-time password, if yours was reset${since === undefined ? "" : ` after ${localTime(since)}`} (Enter if it is your own):`
    : "One-time password (Enter to change it at your first sign-in to the console):";
  const [iam, { ChangePasswordCommand }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  let right: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const old: string = right ?? (await askSecret(question));
    if (old === "") {
      enrollment.tell(step, mayBeOwn ? "your own, as you say" : "to be changed at your first sign-in to the console");
      return;
    }
    const password = await askNewPassword();
    try {
      await iam.send(new ChangePasswordCommand({ OldPassword: old, NewPassword: password }));
      await progress.keep({ passwordChanged: true });
      enrollment.tell(step, "changed");
      return;
    } catch (error) {
      if (isRefusedToKey(error)) {
        tell(`AWS lets no access key change your password: ${wordsOfAws(error)}`);
        enrollment.tell(step, "to be changed in the console, where you sign in");
        return;
      }
      if (isWrongPassword(error) && wasSentAgain(error)) {
        await progress.keep({ passwordChanged: true });
        enrollment.tell(step, perhapsChanged);
        return;
      }
      const problem = problemOf(error, assignment);
      if (problem === undefined) throw explainAs(key, error);
      if (attempt >= tries) throw new Failure(problem, remedy, { cause: error });
      tell(problem);
      // The one-time password is asked for again only if it was wrong itself.
      right = isAgainstPolicy(error) ? old : undefined;
    }
  }
}

async function askNewPassword(): Promise<string> {
  const first = await askSecret("New password:", (value) => Promise.resolve(value !== "" || "Type a new password."));
  await askSecret("The same again:", (value) => Promise.resolve(value === first || "This is not the same."));
  return first;
}

/** Whether a policy has refused the call: IAM's message about a wrong password is another one. */
function isRefusedToKey(error: unknown): error is Error {
  return isAccessDenied(error) && /not authorized/.test(error.message);
}

function isWrongPassword(error: unknown): boolean {
  return isAccessDenied(error) && /old password/i.test(error.message);
}

function isAgainstPolicy(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith("PasswordPolicyViolation");
}

/**
 * The message for a problem that the developer can solve. AWS does not always say which rule of the password policy was broken, and shows
 * the rules to administrators only. Without a policy of the account they are those of IAM User Guide, "Set an account password policy for
 * IAM users".
 */
function problemOf(error: unknown, assignment: Assignment): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isAgainstPolicy(error)) {
    return [
      `The auth account's password policy refuses this one: ${wordsOfAws(error)}`,
      `Usually it wants 8 characters or more, of three kinds: capitals, small letters, digits, symbols. Ask ${whomToAsk(assignment)} what this one wants.`,
    ].join("\n");
  }
  if (isWrongPassword(error)) return `This is not the one-time password: ${wordsOfAws(error)}`;
  return error.name === "NoSuchEntityException"
    ? `You have no console password yet: ${wordsOfAws(error)} Press Enter to go on without, and ask an administrator.`
    : undefined;
}
