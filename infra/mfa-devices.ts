import {
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  type IAMClient,
  paginateListMFADevices,
  paginateListVirtualMFADevices,
} from "@aws-sdk/client-iam";

import { unlessGone } from "./gone.ts";

/** A user's MFA device. */
export interface MfaDevice {
  serialNumber: string;
  kind: "virtual" | "passkey or security key" | "hardware token";
  /** Missing for a virtual device that was made for the user and is not enabled (any more). */
  enabledAt?: Date;
}

/**
 * A user's enabled devices, and a virtual device of the user's name that was never enabled. Such a device is assigned to nobody, but takes
 * the only name that the developers' policy allows.
 *
 * @throws NoSuchEntityException when there is no such user
 */
export async function mfaDevicesOf(iam: IAMClient, userName: string): Promise<MfaDevice[]> {
  const [enabled, leftOver] = await Promise.all([
    enabledMfaDevicesOf(iam, userName),
    // An unused device that cannot be listed matters only to the next enrolment.
    unusedDevices(iam, userName).catch(() => []),
  ]);
  return [...enabled, ...leftOver];
}

/** Deactivates a user's device and deletes it: a virtual device that is only deactivated would keep its name. */
export async function removeMfaDevice(iam: IAMClient, userName: string, device: MfaDevice): Promise<void> {
  const { serialNumber: SerialNumber, kind, enabledAt } = device;
  if (enabledAt !== undefined) {
    await unlessGone(iam.send(new DeactivateMFADeviceCommand({ UserName: userName, SerialNumber })));
  }
  // IAM deletes a passkey with its deactivation, and has no record of a hardware token to delete.
  if (kind === "virtual") await unlessGone(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber })));
}

/** The devices that a user can sign in with. @throws NoSuchEntityException when there is no such user */
export async function enabledMfaDevicesOf(iam: IAMClient, userName: string): Promise<MfaDevice[]> {
  const devices: MfaDevice[] = [];
  for await (const { MFADevices } of paginateListMFADevices({ client: iam }, { UserName: userName })) {
    for (const { SerialNumber: serialNumber = "", EnableDate: enabledAt = new Date(0) } of MFADevices ?? []) {
      devices.push({ serialNumber, kind: kindOf(serialNumber), enabledAt });
    }
  }
  return devices;
}

async function unusedDevices(iam: IAMClient, userName: string): Promise<MfaDevice[]> {
  const devices: MfaDevice[] = [];
  for await (const page of paginateListVirtualMFADevices({ client: iam }, { AssignmentStatus: "Unassigned" })) {
    for (const { SerialNumber: serialNumber = "" } of page.VirtualMFADevices ?? []) {
      if (serialNumber.endsWith(`:mfa/${userName}`)) devices.push({ serialNumber, kind: "virtual" });
    }
  }
  return devices;
}

/** `arn:aws:iam::ID:mfa/NAME`, `arn:aws:iam::ID:u2f/user/NAME/KEY`, or the number that is printed on a token. */
function kindOf(serialNumber: string): MfaDevice["kind"] {
  if (serialNumber.includes(":mfa/")) return "virtual";
  return serialNumber.includes(":u2f/") ? "passkey or security key" : "hardware token";
}
