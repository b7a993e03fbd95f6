import { Failure } from "../failure.ts";
import { iamFor } from "../login/clients.ts";
import { explainAs } from "../login/explain.ts";
import { askSecret } from "../terminal/ask.ts";
import { type Enrollment, tries } from "./enrollment.ts";

const step = "Password";
const remedy = "Run mfa-admin enroll again; mfa-admin reset-password, by an administrator, makes a new one.";

/** Changes the one-time password, unless the developer has signed in to the console, which makes one do so. */
export async function changeFirstPassword({ key, myself, progress, tell }: Enrollment): Promise<void> {
  if (myself.passwordLastUsed !== undefined || (await progress.read()).passwordChanged) {
    tell(step, "your own already");
    return;
  }
  const [iam, { ChangePasswordCommand }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  for (let attempt = 1; ; attempt++) {
    const old = await askSecret("One-time password (Enter to change it at your first sign-in to the console):");
    if (old === "") {
      tell(step, "to be changed at your first sign-in to the console");
      return;
    }
    const password = await askNewPassword();
    try {
      await iam.send(new ChangePasswordCommand({ OldPassword: old, NewPassword: password }));
      await progress.keep({ passwordChanged: true });
      tell(step, "changed");
      return;
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw explainAs(key, error);
      if (attempt >= tries) throw new Failure(problem, remedy, { cause: error });
      process.stderr.write(`${problem}\n`);
    }
  }
}

async function askNewPassword(): Promise<string> {
  const first = await askSecret("New password:", (value) => Promise.resolve(value !== "" || "Type a new password."));
  await askSecret("The same again:", (value) => Promise.resolve(value === first || "This is not the same."));
  return first;
}

/** What the developer can do something about; IAM's own words name the rule. */
function problemOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  switch (error.name) {
    case "PasswordPolicyViolationException":
    case "PasswordPolicyViolation":
      return `The auth account's password policy refuses this one: ${error.message.replace(/\.?$/, ".")}`;
    case "AccessDenied":
    case "AccessDeniedException":
      return /old password/i.test(error.message) ? "This is not the one-time password." : undefined;
    case "NoSuchEntityException":
      return "You have no console password yet; press Enter to go on without, and ask an administrator.";
    default:
      return undefined;
  }
}
