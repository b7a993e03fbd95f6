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
    const report = await (flags["preview-only"] ? this.preview(flags) : this.refresh(flags));
    if (flags["exit-code"] && report.changed) process.exitCode = 2;
    return report;
  }

  private async preview(flags: RefreshFlags): Promise<PreviewReport> {
    const { project, file } = await this.settings(flags);
    const { drift } = await import("../deploy/drift.ts");
    const report = await drift({ project, file, verbose: flags.verbose, lockDeadline: flags["lock-timeout"] });
    await this.show(report, flags.format);
    return report;
  }

  private async refresh(flags: RefreshFlags): Promise<PreviewReport> {
    const ask = await import("../terminal/ask.ts");
    const { project, file } = await this.settings(flags);
    ask.requireConfirmable(flags.yes);
    const [{ openForRun }, { refreshed }, { stackReference }] = await Promise.all([
      import("../deploy/open-for-run.ts"),
      import("../deploy/refreshed.ts"),
      import("../project/project.ts"),
    ]);
    const stack = await openForRun(project, file, { lockDeadline: flags["lock-timeout"], reporting: true });
    await ask.confirmChange(
      `Write what AWS has into the state of "${stackReference(project)}"? It changes the state, and nothing in AWS`,
      flags.yes,
    );
    const { isUnreached } = await import("../report/unreached-wording.ts");
    const report = await refreshed(stack, { project, settings: file.settings, verbose: flags.verbose });
    await this.show(report, flags.format);
    if (report.warnings.some(isUnreached)) process.exitCode = 1;
    const isTaken = report.warnings.some(({ kind }) => kind === "name-taken");
    const up = isTaken ? "mfa-admin up --adopt, if what is taken over is meant," : "mfa-admin up";
    if ((report.repair ?? []).length > 0) this.logToStderr(`Next: ${up} puts right what has drifted.`);
    return report;
  }
}

type RefreshFlags = {
  yes: boolean;
  verbose: boolean;
  format: "text" | "markdown" | "json";
  "lock-timeout": number;
  cwd?: string | undefined;
  stack?: string | undefined;
};
