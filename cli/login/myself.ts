import type { MFADevice, User } from "@aws-sdk/client-iam";

import { type Assignment, assignmentFromTags } from "../../infra/assignment.ts";
import { Failure } from "../failure.ts";
import type { AccessKey } from "./own-access-key.ts";
import { iamFor } from "./developer-clients.ts";
import { explainAs, lockedOut } from "./explain-key.ts";
import { tell } from "../terminal/tell.ts";

/** The owner of an access key, by the key's own calls. */
export interface Myself {
  userName: string;
  /** The id of the account that holds the user. */
  authAccount: string;
  /** The organization's assignment; undefined for a user who is not (or not yet) the stack's. */
  assignment: Assignment | undefined;
  mfaDevices: Pick<MFADevice, "SerialNumber" | "EnableDate">[];
  /** The last sign-in to the console with the password. */
  passwordLastUsed: Date | undefined;
  /** The offset of this machine's clock, in milliseconds; positive when it is slow. */
  clockOffset: number;
}

/** Asks IAM for the key's owner. Both calls are allowed without MFA, for the caller alone. */
export async function askMyself(key: AccessKey): Promise<Myself> {
  const [iam, { GetUserCommand, ListMFADevicesCommand }] = await Promise.all([
    iamFor(key),
    import("@aws-sdk/client-iam"),
  ]);
  try {
    const [{ User: user }, { MFADevices: mfaDevices = [] }] = await Promise.all([
      iam.send(new GetUserCommand({})),
      iam.send(new ListMFADevicesCommand({})),
    ]);
    const { UserName: userName = "", Arn: arn = "" } = user ?? {};
    const authAccount = arn.split(":")[4] ?? "";
    return {
      userName,
      authAccount,
      assignment: assignmentFromTags({ userName, authAccount }, tagsOf(user)),
      mfaDevices,
      passwordLastUsed: user?.PasswordLastUsed,
      clockOffset: iam.config.systemClockOffset,
    };
  } catch (error) {
    throw lockedOut(key, error) ?? explainAs(key, error);
  }
}

/** The clock offset that AWS tolerates, in milliseconds (IAM User Guide, "Troubleshoot signed requests for AWS APIs"). */
const tolerance = 300_000;

/** Warns when this machine's clock is off: the SDK corrects for it here, but other tools fail. */
export function warnOfClock({ clockOffset }: Pick<Myself, "clockOffset">): void {
  if (Math.abs(clockOffset) < tolerance) return;
  const minutes = Math.round(Math.abs(clockOffset) / 60_000);
  tell(
    `Note: this machine's clock is ${minutes} minutes ${clockOffset > 0 ? "slow" : "fast"}. Set it: other AWS tools will fail by it.`,
  );
}

/** The assignment: from the kit if one is given, else from the user's tags. @throws Failure where neither has it */
export async function assignmentToMe(
  { userName, assignment, authAccount }: Myself,
  kit: string | undefined,
): Promise<Assignment> {
  if (kit !== undefined) {
    const { readKit } = await import("./kit.ts");
    const fromKit = await readKit(kit);
    if (fromKit.userName === userName && fromKit.authAccount === authAccount) return fromKit;
    throw new Failure(
      `${kit} is ${fromKit.userName}'s of the account ${fromKit.authAccount}; the access key is ${userName}'s of ${authAccount}.`,
      "Use your own kit and your own access key.",
    );
  }
  if (assignment !== undefined) return assignment;
  throw new Failure(
    `Your user, ${userName}, does not say what is assigned to you.`,
    `Ask ${whomToAsk(undefined)} to run mfa-admin up; or name the page of mfa-admin guide with --kit.`,
  );
}

/** "security@example.com", or "an administrator" when the organization does not say. */
export function whomToAsk(assignment: Pick<Assignment, "contact"> | undefined): string {
  return assignment?.contact ?? "an administrator";
}

function tagsOf(user: User | undefined): Record<string, string> {
  return Object.fromEntries((user?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}
