import * as Flags from "@oclif/core/flags";

import { ReportCommand } from "../command.ts";
import { exitCodeFlag, formatFlag, lockTimeoutFlag, yesFlag } from "../flags.ts";

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
    "exit-code": exitCodeFlag("something has drifted"),
    "preview-only": Flags.boolean({ description: "Only tell what has drifted; the state stays as it is." }),
    format: formatFlag,
    "lock-timeout": lockTimeoutFlag,
  };

  protected override readonly kind = "drift";

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Refresh);
    const result = await (flags["preview-only"] ? this.preview(flags) : this.refresh(flags));
    if (flags["exit-code"] && result.drifted) process.exitCode = 2;
    return result.value;
  }

  private async preview(flags: RefreshFlags): Promise<{ drifted: boolean; value: unknown }> {
    const { project, file } = await this.settings(flags);
    const [{ drift }, { render }] = await Promise.all([import("../preview/drift.ts"), import("../preview/render.ts")]);
    const report = await drift({ project, file, verbose: flags.verbose, lockDeadline: flags["lock-timeout"] });
    if (flags.format !== "json") this.log(await render(report, flags.format));
    return { drifted: report.changed, value: report };
  }

  private async refresh(flags: RefreshFlags): Promise<{ drifted: boolean; value: unknown }> {
    const [ask, { Failure }] = await Promise.all([import("../terminal/ask.ts"), import("../failure.ts")]);
    if (flags.format === "markdown") throw new Failure("--format markdown is for --preview-only.", "Add it.");
    const { project, file } = await this.settings(flags);
    ask.requireConfirmable(flags.yes);
    const [{ prepare, writeChanges }, { runRefresh }, { stackReference }] = await Promise.all([
      import("../engine/apply.ts"),
      import("../engine/runs.ts"),
      import("../project/project.ts"),
    ]);
    const stack = await prepare(project, file, { lockDeadline: flags["lock-timeout"] });
    await ask.confirmChange(`Read the state of "${stackReference(project)}" back from AWS?`, flags.yes);
    const result = await runRefresh(stack, { project, settings: file.settings, verbose: flags.verbose });
    if (!this.jsonEnabled()) writeChanges(result, process.stdout);
    const count = result.changes.length;
    this.log(
      count === 0
        ? `Nothing has drifted; ${result.unchanged} resources are as the state says.`
        : `${count === 1 ? "One resource has" : `${count} resources have`} drifted. Run mfa-admin up to put ${count === 1 ? "it" : "them"} right.`,
    );
    const { exemptLines } = await import("../preview/exemptions.ts");
    for (const line of exemptLines(file.settings)) this.log(line);
    return { drifted: count > 0, value: result };
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
