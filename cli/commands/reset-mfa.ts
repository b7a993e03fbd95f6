import * as Args from "@oclif/core/args";

import { StackCommand } from "../command.ts";
import { endSessionsFlag, yesFlag } from "../flags.ts";
import type { ResetMfaResult } from "../results/credentials.ts";

export default class ResetMfa extends StackCommand {
  static override summary = "Take a developer's MFA devices away, for a lost or changed phone.";
  static override description =
    "Shows the devices, asks, deactivates and deletes them. Developers cannot do it themselves: if they could, so could whoever stole a key.";
  static override examples = ["<%= config.bin %> <%= command.id %> alice"];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = { "end-sessions": endSessionsFlag, yes: yesFlag };

  async run(): Promise<ResetMfaResult> {
    const { flags, args } = await this.parse(ResetMfa);
    const project = await this.project(flags);
    const { resetMfa } = await import("../developers/reset-mfa.ts");
    return resetMfa(project, { name: args.name, endSessions: flags["end-sessions"], yes: flags.yes }, this);
  }
}
