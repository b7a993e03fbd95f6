import type { MfaDevice } from "../../infra/mfa-devices.ts";
import type { AccessKeyStatus } from "../results/credentials.ts";
import { plainTable } from "../terminal/table.ts";

/** The table of `reset-mfa`. */
export function mfaDeviceTable(devices: MfaDevice[]): string {
  return plainTable(
    ["MFA device", "Kind", "Enabled"],
    devices.map(({ serialNumber, kind, enabledAt }) => [
      deviceName(serialNumber),
      kind,
      enabledAt === undefined ? "not enabled" : minute(enabledAt),
    ]),
    process.stderr,
  );
}

/** The table of `revoke-keys`. */
export function accessKeyTable(keys: AccessKeyStatus[]): string {
  return plainTable(
    ["Access key", "Status", "Created", "Last used"],
    keys.map(({ id, active, createdAt, lastUsedAt, lastUsedService = "", lastUseUnknown }) => [
      id,
      active ? "active" : "inactive",
      minute(createdAt),
      lastUseUnknown ? "not told" : lastUsedAt === undefined ? "never" : `${minute(lastUsedAt)}, ${lastUsedService}`,
    ]),
    process.stderr,
  );
}

/** The device's name for its owner: the last part of its ARN, or the serial number that is printed on a token. */
function deviceName(serialNumber: string): string {
  return serialNumber.slice(serialNumber.lastIndexOf("/") + 1);
}

/** A time to the minute, such as `2026-11-24 09:30 UTC`. */
function minute(time: Date | string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
