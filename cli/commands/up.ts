import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";

export default class Up extends StackCommand {
  static override summary = "Apply the settings: make AWS what Pulumi.<stack>.yaml says.";
  static override description =
    "Shows what would change and asks, on a terminal; with --yes it applies at once. An interrupted or failed run is finished by the next one.";
  static override examples = ["<%= config.bin %> <%= command.id %>", "<%= config.bin %> <%= command.id %> --yes"];
  static override flags = {
    yes: yesFlag,
    adopt: Flags.boolean({
      description:
        "Take users, roles and policies into the stack that AWS has already under the names that the stack gives.",
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Up);
    const { requireConfirmable } = await import("../terminal/ask.ts");
    requireConfirmable(flags.yes);
    const { project, file } = await this.settings(flags);
    const { apply, prepare, summary } = await import("../engine/apply.ts");
    const stack = await prepare(project, file);
    const { yes, verbose, adopt } = flags;
    const result = await apply(stack, { project, file, yes, verbose, adopt });
    this.log(summary(result));
    return result;
  }
}
