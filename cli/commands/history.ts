import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import type { History as HistoryResult } from "../results/history.ts";

export default class History extends StackCommand {
  static override summary = "Tell who ran what and changed whom.";
  static override description =
    "Reads the runs that the state has noted and the commits that have changed the settings file. With --cloudtrail also the calls by which users, roles and the organization's policies were changed, by whomever: this is slow, since AWS answers two calls a second, and goes back 90 days at most.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --developer alice --cloudtrail",
    "<%= config.bin %> <%= command.id %> --since 2026-01-01 --limit 500 --json",
  ];
  static override flags = {
    since: Flags.string({
      description: "From this day on, YYYY-MM-DD in UTC. Default: the last 90 days.",
      helpValue: "DAY",
    }),
    limit: Flags.integer({ description: "How many rows at most, the latest.", min: 1, default: 50 }),
    developer: Flags.string({ description: "Only what concerned this developer.", helpValue: "NAME" }),
    cloudtrail: Flags.boolean({ description: "Read CloudTrail's event history, too; slow." }),
  };

  async run(): Promise<HistoryResult> {
    const { flags } = await this.parse(History);
    const { project, file } = await this.settings(flags);
    const { historyAndText } = await import("../history/report.ts");
    const { since, limit, developer, cloudtrail } = flags;
    const { found, text } = await historyAndText(project, file.settings, { since, limit, developer, cloudtrail });
    this.log(text);
    if (!found.complete) process.exitCode = 1;
    return found;
  }
}
