import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";

export default class Cancel extends StackCommand {
  static override summary = "Release the stack's lock after a run that died.";
  static override description =
    "Only when no run is under way any more: two at once would damage the state. A run that died on this machine needs no cancel; the next one releases its lock by itself.";
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
      description: "Release only what runs of this user name hold. For a state in a directory or in S3.",
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Cancel);
    const ask = await import("../terminal/ask.ts");
    ask.requireConfirmable(flags.yes);
    const project = await this.project(flags);
    const question = `Release the lock of the stack "${project.stack}"? No other run may be under way.`;
    const next = "Run mfa-admin up to finish what was under way.";
    const heldBy = flags["held-by"];
    if (heldBy !== undefined) {
      const { locksOf, nameOf } = await import("../state/lock.ts");
      const locks = (await locksOf(project)).filter(({ holder }) => holder.username === heldBy);
      const released = locks.map(({ holder }) => holder);
      if (locks.length === 0) {
        this.log(`The stack "${project.stack}" has no lock of ${heldBy}.`);
        return { stack: project.stack, released };
      }
      await ask.confirmChange(question, flags.yes);
      for (const lock of locks) await lock.remove();
      this.log(`The lock of the stack "${project.stack}" is released: ${released.map(nameOf).join("; ")}. ${next}`);
      return { stack: project.stack, released };
    }
    const { openStack } = await import("../engine/stack.ts");
    const stack = await openStack(project);
    await ask.confirmChange(question, flags.yes);
    await stack.cancel();
    this.log(`The lock of the stack "${project.stack}" is released. ${next}`);
    return { stack: project.stack };
  }
}
