import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";
import type { ExtendResult } from "../results/extend.ts";

export default class Extend extends StackCommand {
  static override summary = "Let a developer's access last until another day, and apply it.";
  static override description =
    "Edits the developer's line on the roster and applies it, and nothing else. The policies themselves refuse from that day's end on, in UTC unless an offset is given.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> carol --until 2027-03-31",
    "<%= config.bin %> <%= command.id %> carol --account payments --until 2027-03-31+09:00",
    "<%= config.bin %> <%= command.id %> carol --until 2027-03-31 --no-up",
  ];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = {
    until: Flags.string({
      description: "The last day of the access, in UTC, or with an offset (2027-01-31+09:00).",
      helpValue: "YYYY-MM-DD",
      required: true,
    }),
    account: Flags.string({ description: "The development account whose access is meant. Default: all of it." }),
    "no-up": Flags.boolean({ description: "Only edit the roster, for a pull request; nothing is applied." }),
    yes: yesFlag,
  };

  async run(): Promise<ExtendResult> {
    const { flags, args } = await this.parse(Extend);
    const { project, file } = await this.settings(flags);
    const { extend } = await import("../onboarding/extend.ts");
    const { until, account, "no-up": noUp, yes, verbose } = flags;
    return extend(project, file, { name: args.name, until, account, noUp, yes, verbose }, this);
  }
}
