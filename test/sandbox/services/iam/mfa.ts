import { accessDenied, deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from "../../errors.ts";
import type { MfaDevice, User } from "../../model/entities.ts";
import { acceptTwoCodes, newSeed } from "../../model/mfa.ts";
import { iamPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { identityNamed, userArn, userNamedOrCalling } from "./lookup.ts";
import { showDevice } from "./show.ts";

const DEVICES_PER_USER = 8;

/** A picture of one pixel: nobody scans it, since the seed is in the answer, too. */
const QR_CODE_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** Actions on MFA devices: virtual ones, passkeys and security keys. */
export const mfaOperations: Operations = {
  CreateVirtualMFADevice: {
    on: (call) =>
      call.account.arn(`mfa${call.input.optional("Path") ?? "/"}${call.input.name("VirtualMFADeviceName")}`),
    run(call) {
      const name = call.input.name("VirtualMFADeviceName");
      refuseWithoutMfa(call, call.account.users.get(name));
      if (call.account.virtualMfaDevices.isTaken(name)) {
        throw entityAlreadyExists("MFADevice entity at the same path and name already exists.");
      }
      const seed = newSeed();
      const device: MfaDevice = {
        name,
        serialNumber: call.account.arn(`mfa${call.input.optional("Path") ?? "/"}${name}`),
        seed,
        created: call.now,
        lastStep: 0,
        verifications: [],
      };
      call.account.virtualMfaDevices.add(device);
      return {
        VirtualMFADevice: {
          SerialNumber: device.serialNumber,
          Base32StringSeed: Buffer.from(seed).toString("base64"),
          QRCodePNG: QR_CODE_PNG,
        },
      };
    },
  },
  EnableMFADevice: {
    on: userArn,
    run(call) {
      const user = identityNamed(call, "User");
      refuseWithoutMfa(call, user);
      const device = virtualDevice(call);
      if (device.enabled !== undefined) throw entityAlreadyExists("MFA Device is already in use.");
      if (user.mfaDevices.length >= DEVICES_PER_USER) {
        throw limitExceeded(`Cannot exceed quota for MFADevicesPerUser: ${DEVICES_PER_USER}`);
      }
      acceptTwoCodes(
        device,
        call.input.string("AuthenticationCode1"),
        call.input.string("AuthenticationCode2"),
        call.now,
      );
      device.enabled = { user, date: call.now };
      user.mfaDevices.push(device);
      return {};
    },
  },
  ResyncMFADevice: {
    on: userArn,
    run(call) {
      acceptTwoCodes(
        deviceOfUser(call),
        call.input.string("AuthenticationCode1"),
        call.input.string("AuthenticationCode2"),
        call.now,
      );
      return {};
    },
  },
  DeactivateMFADevice: {
    on: userArn,
    run(call) {
      const user = userNamedOrCalling(call);
      refuseWithoutMfa(call, user);
      const device = deviceOfUser(call);
      const { mfaDevices } = user;
      mfaDevices.splice(mfaDevices.indexOf(device), 1);
      delete device.enabled;
      return {};
    },
  },
  DeleteVirtualMFADevice: {
    on: (call) => call.input.string("SerialNumber"),
    run(call) {
      const device = virtualDevice(call);
      refuseWithoutMfa(call, device.enabled?.user ?? call.account.users.get(device.name));
      if (device.enabled !== undefined) throw deleteConflict("MFA VirtualDevice in use. Must deactivate first.");
      call.account.virtualMfaDevices.remove(device);
      return {};
    },
  },
  GetMFADevice: {
    on: userArn,
    run: (call) => showDevice(deviceOfUser(call)),
  },
  ListMFADevices: {
    on: userArn,
    run(call) {
      const { page, more } = iamPage(call, userNamedOrCalling(call).mfaDevices);
      return { MFADevices: page.map(showDevice), ...more };
    },
  },
  ListVirtualMFADevices: {
    on: (call) => call.account.arn("mfa/"),
    run(call) {
      const status = call.input.optional("AssignmentStatus") ?? "Any";
      const devices = [...call.account.virtualMfaDevices].filter(
        (device) => status === "Any" || (device.enabled === undefined) === (status === "Unassigned"),
      );
      const { page, more } = iamPage(call, devices);
      return {
        VirtualMFADevices: page.map((device) => ({
          SerialNumber: device.serialNumber,
          ...(device.enabled === undefined
            ? {}
            : {
                EnableDate: device.enabled.date,
                User: {
                  UserName: device.enabled.user.name,
                  Arn: device.enabled.user.arn,
                  UserId: device.enabled.user.id,
                },
              }),
        })),
        ...more,
      };
    },
  },
};

/**
 * Refuses changes of the caller's own devices to a user who has a device but has not used one, whatever the policies allow: AWS's rule
 * since 2023-04-21 (AWS-2023-001). A device that is not assigned yet counts as the caller's own, unless it is named like another user.
 */
function refuseWithoutMfa(call: Call, owner: User | undefined): void {
  const { caller } = call;
  if (caller.type !== "User" || caller.user.mfaDevices.length === 0 || caller.session?.mfa === true) return;
  if (owner !== undefined && owner !== caller.user) return;
  throw accessDenied(
    `User: ${caller.arn} has an MFA device, and must be authenticated with it to change MFA devices of its own.`,
  );
}

function virtualDevice(call: Call): MfaDevice {
  const serialNumber = call.input.string("SerialNumber");
  const device = call.account.virtualMfaDevices.find((candidate) => candidate.serialNumber === serialNumber);
  if (device === undefined) throw noSuchEntity(`VirtualMFADevice with serial number ${serialNumber} doesn't exist.`);
  return device;
}

function deviceOfUser(call: Call): MfaDevice {
  const serialNumber = call.input.string("SerialNumber");
  const device = userNamedOrCalling(call).mfaDevices.find((candidate) => candidate.serialNumber === serialNumber);
  if (device === undefined) throw noSuchEntity(`MFA Device invalid for user.`);
  return device;
}
