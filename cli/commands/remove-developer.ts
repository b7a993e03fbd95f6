import * as Args from "@oclif/core/args";

import { StackCommand } from "../command.ts";
import { lockTimeoutFlag, yesFlag } from "../flags.ts";
import type { Removal } from "../results/remove-developer.ts";

export default class RemoveDeveloper extends StackCommand {
  static override summary = "Shut developers out within seconds, then delete their users and roles.";
  static override description =
    "First their access keys, password, MFA devices and sessions are ended, and a line says when that is done; then they are taken off the roster and it is applied.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> bob",
    "<%= config.bin %> <%= command.id %> bob carol --yes",
  ];
  static override args = {
    name: Args.string({ description: "The user's name; several may follow.", required: true, multiple: true }),
  };
  static override flags = { yes: yesFlag, "lock-timeout": lockTimeoutFlag };

  async run(): Promise<Removal> {
    const { flags, args } = await this.parse(RemoveDeveloper);
    const { removeDevelopers, runSummary } = await import("../deploy/remove-developers.ts");
    const project = await this.project(flags);
    const { yes, verbose, "lock-timeout": lockDeadline } = flags;
    const result = await removeDevelopers({ project, names: args.name, yes, verbose, lockDeadline });
    this.log(runSummary(result));
    return result;
  }
}
