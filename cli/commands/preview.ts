import * as Flags from "@oclif/core/flags";

import { ReportCommand } from "../command.ts";
import { exitCodeFlag, forgetAccountFlag, formatFlag, guardFlags, guardsOf, lockTimeoutFlag } from "../flags.ts";
import type { PreviewReport } from "../results/report.ts";

export default class Preview extends ReportCommand {
  static override summary = "Show what up would change, and who will be able to do what then.";
  static override description =
    "Changes nothing. --format markdown makes a comment for a pull request, the same for the same changes, of at most 65,536 characters. What up would refuse is told on top. Given a base, a run without AWS credentials or passphrase, as for a pull request from a fork, compares the roster alone, and says so.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --format markdown --base origin/main > comment.md",
    "<%= config.bin %> <%= command.id %> --exit-code --json --save-plan plan.json",
  ];
  static override flags = {
    format: formatFlag,
    "exit-code": exitCodeFlag("there are changes"),
    base: Flags.string({ description: "The git revision to compare the roster with where AWS cannot be asked." }),
    "base-file": Flags.file({
      description: "The same as a file: the settings before the change.",
      exists: true,
      exclusive: ["base"],
    }),
    "roster-only": Flags.boolean({
      description: "Compare the roster with the base, and ask neither AWS nor the stack's state.",
    }),
    adopt: Flags.boolean({
      description: "Show what up --adopt would do: what is taken over, and what it keeps and loses.",
      // A plan does not contain resources that are taken over.
      exclusive: ["save-plan", "roster-only"],
    }),
    "save-plan": Flags.string({
      description: "Write what was previewed to this file, for up --plan.",
      helpValue: "FILE",
      exclusive: ["roster-only", "forget-account"],
    }),
    "lock-timeout": lockTimeoutFlag,
    ...guardFlags,
    "forget-account": forgetAccountFlag,
  };

  protected override readonly kind = "preview";

  async run(): Promise<PreviewReport> {
    const { flags } = await this.parse(Preview);
    const { project, file } = await this.settings(flags);
    const { preview } = await import("../deploy/preview.ts");
    const report = await preview({
      project,
      file,
      base: baseOf(flags),
      rosterOnly: flags["roster-only"],
      savePlan: flags["save-plan"],
      verbose: flags.verbose,
      lockDeadline: flags["lock-timeout"],
      ...guardsOf(flags),
      adopt: flags.adopt,
      forget: flags["forget-account"],
    });
    await this.show(report, flags.format);
    const { "save-plan": plan } = flags;
    if (plan === undefined && isApplicable(report)) this.logToStderr("Next: mfa-admin up applies it.");
    if (plan !== undefined) this.logToStderr(`The plan is in ${plan}; mfa-admin up --plan ${plan} applies it.`);
    if (flags["exit-code"] && report.changed) process.exitCode = 2;
    return report;
  }
}

/** Whether `up` would apply what the report shows. The report itself tells why `up` would refuse. */
function isApplicable({ changed, reason, warnings }: PreviewReport): boolean {
  return changed && reason === undefined && !warnings.some((warning) => "refused" in warning && warning.refused);
}

function baseOf({ base: ref, "base-file": path }: { base?: string | undefined; "base-file"?: string | undefined }) {
  if (ref !== undefined) return { ref };
  return path === undefined ? undefined : { path };
}
