import { StackCommand } from "../command.ts";
import { exitCodeFlag, formatFlag, guardFlags, lockTimeoutFlag } from "../flags.ts";

export default class Preview extends StackCommand {
  static override summary = "Show what up would change, and who will be able to do what then.";
  static override description =
    "Changes nothing. --format markdown makes a comment for a pull request, the same for the same changes, of at most 65,536 characters. What up would refuse is told on top.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --format markdown > comment.md",
    "<%= config.bin %> <%= command.id %> --exit-code --json",
  ];
  static override flags = {
    format: formatFlag,
    "exit-code": exitCodeFlag("there are changes"),
    "lock-timeout": lockTimeoutFlag,
    ...guardFlags,
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Preview);
    const { project, file } = await this.settings(flags);
    const [{ preview }, { render }] = await Promise.all([import("../preview/run.ts"), import("../preview/render.ts")]);
    const { report } = await preview({
      project,
      file,
      verbose: flags.verbose,
      lockTimeout: flags["lock-timeout"],
      maxRemovals: flags["max-removals"],
      allowUnprotected: flags["allow-unprotected"],
    });
    this.log(await render(report, flags.format));
    if (flags["exit-code"] && report.changed) process.exitCode = 2;
    return report;
  }
}
