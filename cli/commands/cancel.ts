import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";

export default class Cancel extends StackCommand {
  static override summary = "Release the stack's lock after a run that died.";
  static override description = "Only when no run is under way any more: two at once would damage the state.";
  static override examples = ["<%= config.bin %> <%= command.id %>"];
  static override flags = { yes: yesFlag };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Cancel);
    const [{ openStack }, ask] = await Promise.all([import("../engine/stack.ts"), import("../terminal/ask.ts")]);
    ask.requireConfirmable(flags.yes);
    const project = await this.project(flags);
    const stack = await openStack(project);
    await ask.confirmChange(
      `Release the lock of the stack "${project.stack}"? No other run may be under way.`,
      flags.yes,
    );
    await stack.cancel();
    this.log(`The lock of the stack "${project.stack}" is released. Run mfa-admin up to finish what was under way.`);
    return { stack: project.stack };
  }
}
