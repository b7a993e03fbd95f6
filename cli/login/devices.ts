import { mfaDeviceArn } from "../../infra/assignment.ts";
import { Failure } from "../failure.ts";
import type { Myself } from "./myself.ts";
import { whomToAsk } from "./myself.ts";

/** Passkeys and security keys sign challenges of a browser; the API takes codes only. */
export function isPasskey(serialNumber: string): boolean {
  return serialNumber.includes(":u2f/");
}

/**
 * The serial numbers of the devices that show codes, in the order in which to try them: the one that was right last
 * time, the one named like the user, any other.
 *
 * @throws Failure when there is none
 */
export function codeDevices(myself: Myself, last: string | undefined): string[] {
  const { mfaDevices, assignment } = myself;
  const all = mfaDevices.map(({ SerialNumber = "" }) => SerialNumber);
  const devices = all.filter((serialNumber) => !isPasskey(serialNumber));
  if (devices.length > 0) {
    const named = mfaDeviceArn(myself);
    const rank = (device: string): number => (device === last ? 0 : device === named ? 1 : 2);
    return devices.toSorted((a, b) => rank(a) - rank(b));
  }
  if (all.length > 0) {
    throw new Failure(
      "Only a passkey or security key is enrolled. It works in the console; the AWS API takes nothing but the codes of an authenticator app.",
      `Sign in to the console with it, and assign an app named ${myself.userName} beside it; if that is refused, ask ${whomToAsk(assignment)}.`,
    );
  }
  throw new Failure("You have no MFA device yet, and nothing works without one.", "Run mfa-admin enroll.");
}
