import { Secret, TOTP } from "otpauth";
import { AwsError, accessDenied } from "../errors.ts";
import { STEP_SECONDS } from "../totp.ts";
import type { MfaDevice, User } from "./entities.ts";
import type { LocalAws } from "./local-aws.ts";

/** A code is accepted up to two steps before and after the present one. */
const TOLERATED_STEPS = 2;
/** Milliseconds for which a verification counts, of good codes and bad ones alike. */
const VERIFICATION_PERIOD = 3 * 60_000;
/** The clock offset of a device, in steps, that two consecutive codes may have. */
const RESYNC_STEPS = 10;

export const newSeed = (): string => new Secret({ size: 40 }).base32;

/**
 * Accepts the code of a user's device, once. STS knows a device some seconds after IAM does.
 * @throws AwsError AccessDenied, in the words of STS.
 */
export function acceptCode(aws: LocalAws, user: User, serialNumber: string, code: string): void {
  const now = aws.clock.now();
  const device = user.mfaDevices.find((candidate) => candidate.serialNumber === serialNumber);
  const enabled = device?.enabled?.date.getTime() ?? Infinity;
  if (device?.seed === undefined || now.getTime() < enabled + aws.deviceConsistencySeconds * 1000) {
    throw accessDenied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    );
  }
  refuseTooMany(device, now, aws.verificationsPerDevice);
  const step = stepOf(device, code, now, TOLERATED_STEPS);
  if (step === undefined || step <= device.lastStep) {
    throw accessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
  }
  device.lastStep = step;
}

/**
 * Accepts two consecutive codes, as EnableMFADevice and ResyncMFADevice ask for them.
 * @throws AwsError InvalidAuthenticationCode.
 */
export function acceptTwoCodes(device: MfaDevice, first: string, second: string, now: Date): void {
  const later = stepOf(device, second, now, RESYNC_STEPS);
  const earlier = stepOf(device, first, now, RESYNC_STEPS);
  if (later === undefined || earlier === undefined || later !== earlier + 1) {
    throw new AwsError("InvalidAuthenticationCode", "Authentication code for device is not valid.", 403);
  }
  device.lastStep = later;
}

/** Counts this verification among the others of the last minutes. */
function refuseTooMany(device: MfaDevice, now: Date, limit: number): void {
  const recent = device.verifications.filter((then) => now.getTime() - then.getTime() < VERIFICATION_PERIOD);
  if (recent.length >= limit) {
    throw accessDenied("MultiFactorAuthentication failed, MFA device unavailable. Please try again later.");
  }
  device.verifications = [...recent, now];
}

function stepOf(device: MfaDevice, code: string, now: Date, window: number): number | undefined {
  if (device.seed === undefined) return undefined;
  const timestamp = now.getTime();
  const delta = new TOTP({ secret: device.seed, period: STEP_SECONDS }).validate({ token: code, timestamp, window });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / STEP_SECONDS) + delta;
}
