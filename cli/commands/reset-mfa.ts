import * as Args from "@oclif/core/args";

import { StackCommand } from "../command.ts";
import { endSessionsFlag, yesFlag } from "../flags.ts";
import type { ResetMfaResult } from "../results/credentials.ts";

export default class ResetMfa extends StackCommand {
  static override summary = "Take a developer's MFA devices away, for a lost or changed phone.";
  static override description =
    "Shows the devices, asks, deactivates and deletes them. Developers cannot do it themselves: if they could, so could whoever stole a key.";
  static override examples = ["<%= config.bin %> <%= command.id %> alice"];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = { "end-sessions": endSessionsFlag, yes: yesFlag };

  async run(): Promise<ResetMfaResult> {
    const { flags, args } = await this.parse(ResetMfa);
    const ask = await import("../terminal/ask.ts");
    const project = await this.project(flags);
    const [
      { userInEmergency },
      { listEach, requireAllTaken, takeEach, tellNotTaken },
      { sessionsAfter },
      { aboutUser },
      { mfaDevicesOf, removeMfaDevice },
      { mfaDeviceTable },
    ] = await Promise.all([
      import("../developers/emergency-target.ts"),
      import("../developers/emergency-refusal.ts"),
      import("../developers/end-sessions.ts"),
      import("../aws/missing-user.ts"),
      import("../../infra/mfa-devices.ts"),
      import("../developers/credential-tables.ts"),
    ]);
    const { iam, userName: name, settings, target } = await userInEmergency(project, args.name);
    ask.requireConfirmable(flags.yes);
    const list = aboutUser(name, "reset-mfa", mfaDevicesOf(iam, name));
    const { things: devices, unlisted } = await listEach("the MFA devices", list);
    if (devices.length > 0) {
      this.logToStderr(mfaDeviceTable(devices));
      const question = devices.length === 1 ? "Remove this device" : `Remove these ${devices.length} devices`;
      await ask.confirmChange(`${question} of ${name}?`, flags.yes);
    }
    const { taken, failed } = await takeEach(
      devices,
      ({ serialNumber }) => `the MFA device ${serialNumber}`,
      (device) => removeMfaDevice(iam, name, device),
    );
    const left = [...unlisted, ...failed];
    tellNotTaken(name, left);
    if (left.length === 0 || taken.length > 0) this.report(name, taken.length);
    const sessions = await sessionsAfter({ settings, target, end: flags["end-sessions"] });
    requireAllTaken("reset-mfa", name, left);
    const removed = taken.map(({ enabledAt, ...device }) => ({
      ...device,
      ...(enabledAt && { enabledAt: enabledAt.toISOString() }),
    }));
    return { userName: name, removed, ...sessions };
  }

  private report(name: string, removed: number): void {
    this.log(
      removed === 0
        ? `${name} has no MFA device; there is nothing to remove.`
        : `Removed ${removed === 1 ? "1 MFA device" : `${removed} MFA devices`} of ${name}.`,
    );
    this.log(
      `${name} can enrol now: mfa-admin enroll, or in the console, with a virtual device named ${name} exactly.`,
    );
    if (removed === 0) return;
    this.logToStderr(
      `Note: until then whoever has ${name}'s password or access key could enrol a device of their own. If a computer is lost, too, run mfa-admin revoke-keys ${name} and mfa-admin reset-password ${name}.`,
    );
  }
}
