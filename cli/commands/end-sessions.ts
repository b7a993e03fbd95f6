import * as Args from "@oclif/core/args";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";
import type { EndedSessions } from "../results/end-sessions.ts";

export default class EndSessions extends StackCommand {
  static override summary = "End all live sessions of a developer, in every account; nothing is deleted.";
  static override description =
    "The access keys, the password and the MFA devices stay: the developer can log in again after a few seconds. Needs neither the state nor its lock or passphrase.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice --yes",
  ];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<EndedSessions> {
    const { flags, args } = await this.parse(EndSessions);
    const project = await this.project(flags);
    const { endSessionsOf } = await import("../developers/end-sessions.ts");
    return endSessionsOf(project, { name: args.name, yes: flags.yes }, this);
  }
}
