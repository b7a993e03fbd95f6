import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import type { RevokeKeysResult } from "../results/credentials.ts";
import { StackCommand } from "../command.ts";
import { endSessionsFlag, yesFlag } from "../flags.ts";

export default class RevokeKeys extends StackCommand {
  static override summary = "Take a developer's access keys away, all of them or one.";
  static override description =
    "Shows the keys and when they were last used, asks, deactivates and deletes them. The password and the MFA devices stay.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice --key AKIAIOSFODNN7EXAMPLE --yes",
  ];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = {
    key: Flags.string({ description: "The id of the only key to take away.", helpValue: "ID" }),
    "end-sessions": endSessionsFlag,
    yes: yesFlag,
  };

  async run(): Promise<RevokeKeysResult> {
    const { flags, args } = await this.parse(RevokeKeys);
    const project = await this.project(flags);
    const { revokeKeys } = await import("../developers/revoke-keys.ts");
    const { key, "end-sessions": endSessions, yes } = flags;
    return revokeKeys(project, { name: args.name, key, endSessions, yes }, this);
  }
}
