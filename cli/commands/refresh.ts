import * as Flags from "@oclif/core/flags";

import { ReportCommand } from "../command.ts";
import { exitCodeFlag, formatFlag, lockTimeoutFlag, yesFlag } from "../flags.ts";
import type { PreviewReport } from "../results/report.ts";

export default class Refresh extends ReportCommand {
  static override summary = "Read every resource back from AWS into the state, and show what has drifted.";
  static override description =
    "Changes nothing in AWS. The next up puts right what has drifted. With --preview-only it leaves the state as it is, too, and tells what refresh and up would do.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --yes --exit-code",
    "<%= config.bin %> <%= command.id %> --preview-only --exit-code --format markdown",
  ];
  static override flags = {
    yes: yesFlag,
    "exit-code": exitCodeFlag("something has drifted, or an account cannot be reached"),
    "preview-only": Flags.boolean({ description: "Only tell what has drifted; the state stays as it is." }),
    format: formatFlag,
    "lock-timeout": lockTimeoutFlag,
  };

  protected override readonly kind = "drift";

  async run(): Promise<PreviewReport> {
    const { flags } = await this.parse(Refresh);
    const { project, file } = await this.settings(flags);
    const { refresh } = await import("../deploy/refresh.ts");
    const { yes, verbose, "preview-only": previewOnly, "lock-timeout": lockDeadline } = flags;
    const { report, isPartial, next } = await refresh({ project, file, yes, verbose, previewOnly, lockDeadline });
    await this.show(report, flags.format);
    if (next !== undefined) this.logToStderr(`Next: ${next}`);
    if (isPartial) process.exitCode = 1;
    if (flags["exit-code"] && report.changed) process.exitCode = 2;
    return report;
  }
}
