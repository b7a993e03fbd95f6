import { type MfaDevice, mfaDevicesOf, removeMfaDevice } from "../../infra/mfa-devices.ts";
import { aboutUser } from "../aws/missing-user.ts";
import type { Project } from "../project/project.ts";
import type { ResetMfaResult } from "../results/credentials.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";
import { mfaDeviceTable } from "./credential-tables.ts";
import { listEach, requireAllTaken, takeEach, tellNotTaken } from "./emergency-refusal.ts";
import { userInEmergency } from "./emergency-target.ts";
import { noteLocked } from "./locked-note.ts";
import { sessionsAfter } from "./end-sessions.ts";

export interface ResetMfaOptions {
  /** A name on the roster, or of a user of the stack. */
  name: string;
  endSessions: boolean;
  yes: boolean;
}

/**
 * Takes a developer's MFA devices away.
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
  if (left.length === 0 || taken.length > 0) printRemoved(userName, taken.length, printer);
  await noteLocked(iam, userName);
  const sessions = await sessionsAfter({ settings, target, end: endSessions });
  requireAllTaken("reset-mfa", userName, left);
  return { userName, removed: taken.map(deviceForJson), ...sessions };
}

function deviceForJson({ enabledAt, ...device }: MfaDevice): ResetMfaResult["removed"][number] {
  return { ...device, ...(enabledAt && { enabledAt: enabledAt.toISOString() }) };
}

function printRemoved(userName: string, removed: number, printer: Printer): void {
  printer.log(
    removed === 0
      ? `${userName} has no MFA device; there is nothing to remove.`
      : `Removed ${removed === 1 ? "1 MFA device" : `${removed} MFA devices`} of ${userName}.`,
  );
  printer.log(
    `${userName} can enrol now: mfa-admin enroll, or in the console, with a virtual device named ${userName} exactly.`,
  );
  if (removed === 0) return;
  printer.logToStderr(
    `Note: until then whoever has ${userName}'s password or access key could enrol a device of their own. If a computer is lost, too, run mfa-admin revoke-keys ${userName} and mfa-admin reset-password ${userName}.`,
  );
}
