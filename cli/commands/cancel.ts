import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";
import type { CancelResult } from "../results/cancel.ts";

export default class Cancel extends StackCommand {
  static override summary = "Release the stack's lock after a run that died.";
  static override description =
    "Use it only when no run is under way any more: two at once would damage the state. A run that died on this machine needs no cancel; the next one releases its lock by itself.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    {
      description: "In a CI that lets only one run at a time: the lock of an earlier job, but no administrator's.",
      command: '<%= config.bin %> <%= command.id %> --yes --held-by "$(id -un)"',
    },
  ];
  static override flags = {
    yes: yesFlag,
    "held-by": Flags.string({
      description: "Release only the locks of runs that this user has started. For a state in a directory or in S3.",
    }),
  };

  async run(): Promise<CancelResult> {
    const { flags } = await this.parse(Cancel);
    const project = await this.project(flags);
    const { cancel } = await import("../engine/cancel.ts");
    return cancel(project, { heldBy: flags["held-by"], yes: flags.yes }, this);
  }
}
