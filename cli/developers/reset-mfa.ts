import { type MfaDevice, mfaDevicesOf, removeMfaDevice } from "../../infra/mfa-devices.ts";
import { signInAddress } from "../../infra/names.ts";
import { aboutUser } from "../aws/missing-user.ts";
import type { Project } from "../project/project.ts";
import type { ResetMfaResult } from "../results/credentials.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";
import { mfaDeviceTable } from "./credential-tables.ts";
import { listEach, requireAllTaken, takeEach, tellNotTaken } from "./emergency-refusal.ts";
import { type EmergencyTarget, requireByThisName, userInEmergency } from "./emergency-target.ts";
import { noteLocked } from "./locked-note.ts";
import { sessionsAfter } from "./end-sessions.ts";

export interface ResetMfaOptions {
  /** A name on the roster, or of a user of the stack. */
  name: string;
  endSessions: boolean;
  yes: boolean;
}

/**
 * Deletes a developer's MFA devices.
 *
 * @throws Failure when a device was not deleted, after all else is done
 */
export async function resetMfa(
  project: Project,
  { name, endSessions, yes }: ResetMfaOptions,
  printer: Printer,
): Promise<ResetMfaResult> {
  const { iam, userName, settings, target } = await userInEmergency(project, name);
  requireConfirmable(yes);
  requireByThisName(target);
  const list = aboutUser(userName, "reset-mfa", mfaDevicesOf(iam, userName));
  const { things: devices, unlisted } = await listEach("the MFA devices", list);
  if (devices.length > 0) {
    printer.logToStderr(mfaDeviceTable(devices));
    const question = devices.length === 1 ? "Remove this device" : `Remove these ${devices.length} devices`;
    await confirmChange(`${question} of ${userName}?`, yes);
  }
  const { taken, failed } = await takeEach(
    devices,
    ({ serialNumber }) => `the MFA device ${serialNumber}`,
    (device) => removeMfaDevice(iam, userName, device),
  );
  const left = [...unlisted, ...failed];
  tellNotTaken(userName, left);
  if (left.length === 0 || taken.length > 0) printRemoved(target, taken.length, printer);
  await noteLocked(iam, userName);
  const sessions = await sessionsAfter({ project, settings, target, end: endSessions });
  requireAllTaken("reset-mfa", userName, left);
  return { userName, removed: taken.map(deviceForJson), ...sessions };
}

function deviceForJson({ enabledAt, ...device }: MfaDevice): ResetMfaResult["removed"][number] {
  return { ...device, ...(enabledAt && { enabledAt: enabledAt.toISOString() }) };
}

function printRemoved({ userName, authAccount, accessKeys }: EmergencyTarget, removed: number, printer: Printer): void {
  const isHardened = accessKeys === "with-mfa";
  printer.log(
    removed === 0
      ? `${userName} has no MFA device; there is nothing to remove.`
      : `Removed ${removed === 1 ? "1 MFA device" : `${removed} MFA devices`} of ${userName}.`,
  );
  printer.log(
    isHardened
      ? `Next, ${userName} signs in to the console (${signInAddress({ authAccount })}), assigns a virtual device named ${userName} exactly, and signs in again with it. No access key can do that, nor log in without a device; one that is there serves mfa-admin login from then on, and a new one is made in that session and given to mfa-admin enroll.`
      : `${userName} can enrol now: mfa-admin enroll, or in the console, with a virtual device named ${userName} exactly.`,
  );
  if (removed === 0) return;
  const by = isHardened ? "password" : "password or access key";
  printer.logToStderr(
    `Note: until then whoever has ${userName}'s ${by} could enrol a device of their own. If a computer is lost, too, run mfa-admin revoke-keys ${userName} and mfa-admin reset-password ${userName}.`,
  );
}
