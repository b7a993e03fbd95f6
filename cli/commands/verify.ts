import * as Flags from "@oclif/core/flags";

import { ReportCommand } from "../command.ts";
import { exitCodeFlag, formatFlag, yesFlag } from "../flags.ts";
import type { Verification } from "../results/verify.ts";

export default class Verify extends ReportCommand {
  static override summary = "Prove on what AWS has that nobody can do anything without MFA, and find side doors.";
  static override description =
    "Reads from AWS only; the stack's state is not asked. AWS's own policy simulator says who may do what with and without MFA by the policies that are in force; trust policies are compared with what the stack makes. With --live it makes two IAM users for a minute besides, with a key each, tries what a thief of these would, and takes them away again. What is known and meant stands below accepted in the settings.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --all",
    "<%= config.bin %> <%= command.id %> --live sandbox",
    "<%= config.bin %> <%= command.id %> --exit-code --format markdown --junit verify.xml",
  ];
  static override flags = {
    format: formatFlag,
    all: Flags.boolean({ description: "Show every line of the matrix, too." }),
    junit: Flags.string({ description: "Write the report to this file as JUnit's XML, for CI.", helpValue: "FILE" }),
    "exit-code": exitCodeFlag("a promise does not hold"),
    live: Flags.string({
      description:
        "Really try it, too: by keys of IAM users that are made in this development account and in auth for it.",
      helpValue: "ACCOUNT",
    }),
    yes: yesFlag,
  };

  protected override readonly kind = "verify";

  async run(): Promise<Verification> {
    const { flags } = await this.parse(Verify);
    const { project, file } = await this.settingsWhileAsking(flags);
    const { verifyAndReport } = await import("../verify/report.ts");
    const { report, text } = await verifyAndReport({ ...flags, project, settings: file.settings }, this);
    this.showText(text, flags.format);
    if (!report.complete) process.exitCode = 1;
    if (flags["exit-code"] && !report.holds) process.exitCode = 2;
    return report;
  }
}
