import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { whoIsMeant, yesFlag } from "../flags.ts";
import type { LockResult } from "../results/lock.ts";

export default class Lock extends StackCommand {
  static override summary = "Shut a developer out at once, or everybody, until unlock; nothing is deleted.";
  static override description =
    "The user and the roles in every account are denied everything, and the sessions that are open are ended. Roster, access keys, password and MFA devices stay. Needs neither the state nor its lock or passphrase.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice --reason 'on leave'",
    "<%= config.bin %> <%= command.id %> alice --until 2027-01-31",
    "<%= config.bin %> <%= command.id %> --all --reason 'incident 42'",
  ];
  static override args = { name: Args.string({ description: "The user's name." }) };
  static override flags = {
    all: Flags.boolean({ description: "Lock everybody; the stack's name has to be typed." }),
    reason: Flags.string({ description: "Why, for list, preview and the policy itself." }),
    until: Flags.string({
      description: "The last day of the lock, in UTC, or with an offset (2027-01-31+09:00); it ends by itself then.",
      helpValue: "YYYY-MM-DD",
    }),
    yes: yesFlag,
  };

  async run(): Promise<LockResult> {
    const { flags, args } = await this.parse(Lock);
    const name = whoIsMeant(args.name, flags.all);
    const project = await this.project(flags);
    const { lock } = await import("../developers/lock.ts");
    const { reason, until, yes } = flags;
    return lock(project, { name, reason, until, yes }, this);
  }
}
