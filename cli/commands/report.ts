import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { languageFlag, lockTimeoutFlag } from "../flags.ts";
import { languageOf } from "../language.ts";
import type { AuditorReport } from "../results/auditor-report.ts";

export default class Report extends StackCommand {
  static override summary =
    "Make a page for an auditor: who may enter where, MFA and keys, guard rails, proofs, drift.";
  static override description =
    "One file of HTML without scripts, which loads nothing, and prints on A4. It is made of what list, audit, verify, doctor, preview and refresh --preview-only find, and reads alone; AWS makes its credential reports for it. What cannot be looked at is told in it, with the right that is missing, and the rest goes on. It holds no secret.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --output report.html",
    "<%= config.bin %> <%= command.id %> --language ja --output report.html",
    "<%= config.bin %> <%= command.id %> --format csv > report.csv",
  ];
  static override flags = {
    format: Flags.option({
      description: "The form of the report; csv and json have the page's rows, json is the same as --json.",
      options: ["html", "csv", "json"] as const,
      default: "html" as const,
    })(),
    language: languageFlag,
    output: Flags.file({ char: "o", description: "Write the report to this file instead of stdout." }),
    "lock-timeout": lockTimeoutFlag,
  };

  async run(): Promise<AuditorReport> {
    const { flags } = await this.parse(Report);
    const { project, file } = await this.settings(flags);
    const { reportForAuditor } = await import("../auditor/report.ts");
    const { format, output, verbose, language = languageOf(), "lock-timeout": lockDeadline } = flags;
    const options = { project, file, verbose, lockDeadline, format, language, output };
    const { report, text, notes } = await reportForAuditor(options);
    await this.hand(text, { file: output, what: "The report" });
    for (const note of notes) this.logToStderr(note);
    if (!report.complete) process.exitCode = 1;
    return report;
  }
}
