import * as Flags from "@oclif/core/flags";

import { usualGrace, usualLimits } from "../audit/limits.ts";
import { StackCommand } from "../command.ts";
import { exitCodeFlag } from "../flags.ts";
import type { Audit as AuditResult } from "../results/audit.ts";

export default class Audit extends StackCommand {
  static override summary = "Find old and unused credentials, missing MFA, and users who are not on the roster.";
  static override description =
    "Reads AWS's credential report of every account, which may be up to four hours old, and the users. With --cloudtrail also the event history of the last 90 days, for calls without MFA, devices enrolled outside the console, changed trust policies and sessions under another name: this is slow, since AWS gives out 100 events a second at most. No secret is read or shown.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --cloudtrail --exit-code",
    "<%= config.bin %> <%= command.id %> --format csv > audit.csv",
  ];
  static override flags = {
    format: Flags.option({
      description: "The form of the report; json is the same as --json.",
      options: ["text", "csv", "json"] as const,
      default: "text" as const,
    })(),
    cloudtrail: Flags.boolean({ description: "Read CloudTrail's event history, too; slow." }),
    grace: Flags.integer({
      description: "Days in which a new user may be without MFA, a new password unchanged, a new key unused.",
      min: 0,
      default: usualGrace,
    }),
    "max-key-age": Flags.integer({
      description: "Days after which an access key is old. Default: the settings' maxKeyAge, or 90.",
      min: 1,
    }),
    "exit-code": exitCodeFlag("something is found"),
  };

  async run(): Promise<AuditResult> {
    const { flags } = await this.parse(Audit);
    const { project, file } = await this.settingsWhileAsking(flags);
    const { auditAndReport } = await import("../audit/report.ts");
    const { format, cloudtrail, grace, "max-key-age": maxKeyAge = usualLimits(file.settings).maxKeyAge } = flags;
    const options = { format, cloudtrail, grace, maxKeyAge };
    const { report, text, notes } = await auditAndReport(project, file.settings, options);
    if (format === "csv") this.print(text.trimEnd());
    else this.log(text);
    for (const note of notes) this.logToStderr(note);
    if (!report.complete) process.exitCode = 1;
    if (flags["exit-code"] && !report.clean) process.exitCode = 2;
    return report;
  }
}
