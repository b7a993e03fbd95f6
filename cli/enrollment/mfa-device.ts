import type { IAMClient } from "@aws-sdk/client-iam";

import type { Assignment } from "../../infra/assignment.ts";
import { isAccessDenied, wordsOfAws } from "../aws/error-words.ts";
import { wasSentAgain } from "../aws/sent-again.ts";
import { Failure } from "../failure.ts";
import { iamFor } from "../login/developer-clients.ts";
import { askCode, UsedCodes } from "../login/code.ts";
import { isPasskey } from "../login/devices.ts";
import { explainAs } from "../login/explain-key.ts";
import { type Myself, whomToAsk } from "../login/myself.ts";
import { type Enrollment, tries } from "./enrollment.ts";
import type { NewDevice } from "./enrollment-progress.ts";
import { showSecret } from "./qr-code.ts";
import { tell } from "../terminal/tell.ts";

const step = "MFA device";

/** The enrolled device, and the last code that was used to enable it, if this run has enabled it. */
export interface EnrolledDevice {
  serialNumber: string;
  lastCode?: string;
}

/** Makes and enables the virtual MFA device named like the user. A device that is enrolled already is never replaced. */
export async function enrollDevice(enrollment: Enrollment, assignment: Assignment): Promise<EnrolledDevice> {
  const { myself, progress } = enrollment;
  const there = myself.mfaDevices.map(({ SerialNumber = "" }) => SerialNumber).find((serial) => !isPasskey(serial));
  if (there !== undefined) {
    await progress.forget("device");
    enrollment.tell(step, `${there}, enrolled already; ${whomToAsk(assignment)} can reset it if it is lost`);
    return { serialNumber: there };
  }
  if (assignment.accessKeys === "with-mfa") throw noDeviceByKey(myself, assignment);
  let device = (await progress.read()).device ?? (await createDevice(enrollment, assignment));
  let lastCode = await enableDevice(enrollment, device, assignment);
  while (lastCode === undefined) {
    tell("This device was taken away by an administrator meanwhile; here is a new one.");
    device = await createDevice(enrollment, assignment);
    lastCode = await enableDevice(enrollment, device, assignment);
  }
  await progress.forget("device");
  enrollment.tell(step, `${device.serialNumber}, enrolled`);
  return { serialNumber: device.serialNumber, lastCode };
}

async function createDevice({ key, myself, progress }: Enrollment, assignment: Assignment): Promise<NewDevice> {
  const { userName } = myself;
  const [iam, { CreateVirtualMFADeviceCommand }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  try {
    const { VirtualMFADevice: made } = await iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: userName }),
    );
    const device = {
      serialNumber: made?.SerialNumber ?? "",
      secret: Buffer.from(made?.Base32StringSeed ?? []).toString(),
    };
    await progress.keep({ device });
    return device;
  } catch (error) {
    if (isAccessDenied(error)) throw noDeviceByKey(myself, assignment, error);
    if (!(error instanceof Error) || !error.name.startsWith("EntityAlreadyExists")) throw explainAs(key, error);
    throw new Failure(
      `An MFA device named ${userName} was made before and never enabled, and its secret is not on this machine.`,
      `Ask ${whomToAsk(assignment)} to run mfa-admin reset-mfa ${userName}, then run mfa-admin enroll again.`,
      { cause: error },
    );
  }
}

/**
 * The error for a device that an access key cannot assign. AWS lets no user who has a device, also a passkey or security key, change
 * devices without it.
 */
function noDeviceByKey({ userName, mfaDevices }: Myself, assignment: Assignment, cause?: Error): Failure {
  const hasPasskey = mfaDevices.length > 0;
  const reason = hasPasskey
    ? "You have a passkey or security key, and no device that shows codes. AWS lets nobody who has an MFA device add another without it, which an access key cannot use"
    : "You have no MFA device yet, and no access key may assign the first one";
  return new Failure(
    `${reason}${cause === undefined ? "." : `: ${wordsOfAws(cause)}`}`,
    `Sign in to the console${hasPasskey ? " with it" : ""}, assign an authenticator app named ${userName} under Security credentials, and run mfa-admin enroll again. If that is refused, ask ${whomToAsk(assignment)}.`,
    { cause },
  );
}

/**
 * Shows the device's secret and asks for two consecutive codes, as IAM wants them.
 *
 * @returns the second code, which is used up; undefined when the device no longer exists
 */
async function enableDevice(
  { key, myself }: Enrollment,
  device: NewDevice,
  assignment: Assignment,
): Promise<string | undefined> {
  showSecret(device.secret, myself);
  const [iam, { EnableMFADeviceCommand }] = await Promise.all([iamFor(key), import("@aws-sdk/client-iam")]);
  for (let attempt = 1; ; attempt++) {
    const used = new UsedCodes({ sessions: {} });
    const first = await askCode("First code", used);
    used.add(first);
    const second = await askCode("Second code", used);
    try {
      await iam.send(
        new EnableMFADeviceCommand({
          UserName: myself.userName,
          SerialNumber: device.serialNumber,
          AuthenticationCode1: first,
          AuthenticationCode2: second,
        }),
      );
      return second;
    } catch (error) {
      if (wasSentAgain(error) && (await isEnabled(iam, myself, device))) return second;
      if (error instanceof Error && error.name.startsWith("NoSuchEntity")) return undefined;
      if (isAccessDenied(error)) throw noDeviceByKey(myself, assignment, error);
      const isWrong = error instanceof Error && error.name.startsWith("InvalidAuthenticationCode");
      if (!isWrong) throw explainAs(key, error);
      const problem = "AWS did not take these two codes. They have to be two in a row, of the device just added";
      if (attempt >= tries) {
        throw new Failure(`${problem}.`, "Set the clock of the phone, then run mfa-admin enroll again.", {
          cause: error,
        });
      }
      tell(`${problem}; try with the next two.`);
    }
  }
}

async function isEnabled(iam: IAMClient, { userName }: Myself, device: NewDevice): Promise<boolean> {
  const { enabledMfaDevicesOf } = await import("../../infra/mfa-devices.ts");
  const enabled = await enabledMfaDevicesOf(iam, userName);
  return enabled.some(({ serialNumber }) => serialNumber === device.serialNumber);
}
