import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { whoIsMeant, yesFlag } from "../flags.ts";
import type { UnlockResult } from "../results/lock.ts";

export default class Unlock extends StackCommand {
  static override summary = "Let a developer in again whom lock has shut out, or everybody.";
  static override description =
    "A login works at once, with the same access key and MFA device; sessions from before the lock stay ended. A quarantine by AWS, and what somebody else has put there, stays and is named. --all takes off what lock --all has put: whoever was locked by name stays locked.";
  static override examples = ["<%= config.bin %> <%= command.id %> alice", "<%= config.bin %> <%= command.id %> --all"];
  static override args = { name: Args.string({ description: "The user's name." }) };
  static override flags = {
    all: Flags.boolean({ description: "Take off what lock --all has put." }),
    yes: yesFlag,
  };

  async run(): Promise<UnlockResult> {
    const { flags, args } = await this.parse(Unlock);
    const name = whoIsMeant(args.name, flags.all);
    const project = await this.project(flags);
    const { unlock } = await import("../developers/unlock.ts");
    return unlock(project, { name, yes: flags.yes }, this);
  }
}
