import { StackCommand } from "../command.ts";
import type { OutputsResult } from "../results/outputs.ts";

export default class Outputs extends StackCommand {
  static override summary =
    "Print the stack's outputs: the sign-in address, the policy, everybody's roles and what these may do.";
  static override examples = ["<%= config.bin %> <%= command.id %>", "<%= config.bin %> <%= command.id %> --json"];

  async run(): Promise<OutputsResult> {
    const { flags } = await this.parse(Outputs);
    const { openStack } = await import("../engine/stack.ts");
    const { stringify } = await import("yaml");
    const stack = await openStack(await this.project(flags));
    const outputs = Object.fromEntries(
      Object.entries(await stack.outputs()).map(([name, { value }]) => [name, value as unknown]),
    );
    this.print(
      Object.keys(outputs).length === 0 ? "There are no outputs yet. Run mfa-admin up." : stringify(outputs).trimEnd(),
    );
    return outputs;
  }
}
