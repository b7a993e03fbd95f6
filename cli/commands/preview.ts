import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";

export default class Preview extends StackCommand {
  static override summary = "Show what up would change.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --exit-code --json",
  ];
  static override flags = {
    "exit-code": Flags.boolean({ description: "End with status 2 when there are changes." }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Preview);
    const { project, file } = await this.settings(flags);
    const [{ prepare, writeChanges }, { runPreview }, { countsLine }] = await Promise.all([
      import("../engine/apply.ts"),
      import("../engine/runs.ts"),
      import("../terminal/progress.ts"),
    ]);
    const stack = await prepare(project, file);
    const result = await runPreview(stack, { project, settings: file.settings, verbose: flags.verbose });
    if (!this.jsonEnabled()) writeChanges(result, process.stdout);
    this.log(
      result.changes.length === 0 ? "Nothing to do." : `To be done: ${countsLine(result.changes, result.unchanged)}.`,
    );
    if (flags["exit-code"] && result.changes.length > 0) process.exitCode = 2;
    return result;
  }
}
