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
    const ask = await import("../terminal/ask.ts");
    const project = await this.project(flags);
    const [{ keepsLocks, locksOf, holderText }, { stackReference }] = await Promise.all([
      import("../state/stack-lock.ts"),
      import("../project/project.ts"),
    ]);
    const name = stackReference(project);
    const heldBy = flags["held-by"];
    const locks = (await locksOf(project)).filter(({ holder }) => heldBy === undefined || holder.username === heldBy);
    const released = locks.map(({ holder }) => holder);
    const result = { stack: project.stack, released };
    const byFiles = heldBy !== undefined || keepsLocks(project);
    if (locks.length === 0 && byFiles) {
      this.log(
        heldBy === undefined ? `The stack "${name}" is not locked.` : `The stack "${name}" has no lock of ${heldBy}.`,
      );
      return result;
    }
    const question = `Release the lock of the stack "${name}"? No other run may be under way.`;
    if (byFiles) {
      await ask.confirmChange(question, flags.yes);
      for (const lock of locks) await lock.remove();
    } else {
      const { openStack } = await import("../engine/stack.ts");
      // No secret is opened.
      const stack = await openStack(project, { secrets: {} });
      await ask.confirmChange(question, flags.yes);
      await stack.cancel();
    }
    const names = released.length === 0 ? "" : `: ${released.map(holderText).join("; ")}`;
    this.log(`The lock of the stack "${name}" is released${names}. Run mfa-admin up to finish what was under way.`);
    return result;
  }
}
