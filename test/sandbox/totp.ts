import { TOTP } from "otpauth";

/** Length of a TOTP time step, in seconds. */
export const STEP_SECONDS = 30;

/** The six digits that a virtual MFA device with this seed shows at this time. */
export function tokenCode(base32Seed: string, date: Date): string {
  return new TOTP({ secret: base32Seed, period: STEP_SECONDS }).generate({ timestamp: date.getTime() });
}
