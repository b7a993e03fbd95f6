import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";

export default class Refresh extends StackCommand {
  static override summary = "Read every resource back from AWS into the state, and show what has drifted.";
  static override description = "Changes nothing in AWS. The next up puts right what has drifted.";
  static override examples = ["<%= config.bin %> <%= command.id %> --yes --exit-code"];
  static override flags = {
    yes: yesFlag,
    "exit-code": Flags.boolean({ description: "End with status 2 when something has drifted." }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Refresh);
    const ask = await import("../terminal/ask.ts");
    ask.requireConfirmable(flags.yes);
    const { project, file } = await this.settings(flags);
    const [{ prepare, writeChanges }, { runRefresh }] = await Promise.all([
      import("../engine/apply.ts"),
      import("../engine/runs.ts"),
    ]);
    const stack = await prepare(project, file);
    await ask.confirmChange(`Read the state of "${project.stack}" back from AWS?`, flags.yes);
    const result = await runRefresh(stack, { project, settings: file.settings, verbose: flags.verbose });
    if (!this.jsonEnabled()) writeChanges(result, process.stdout);
    const count = result.changes.length;
    this.log(
      count === 0
        ? `Nothing has drifted; ${result.unchanged} resources are as the state says.`
        : `${count === 1 ? "One resource has" : `${count} resources have`} drifted. Run mfa-admin up to put it right.`,
    );
    if (flags["exit-code"] && count > 0) process.exitCode = 2;
    return result;
  }
}
