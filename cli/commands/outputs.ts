import { StackCommand } from "../command.ts";
import type { OutputsResult } from "../results/outputs.ts";

export default class Outputs extends StackCommand {
  static override summary =
    "Print the stack's outputs: the sign-in address, the policy, everybody's roles and what these may do.";
  static override examples = ["<%= config.bin %> <%= command.id %>", "<%= config.bin %> <%= command.id %> --json"];

  async run(): Promise<OutputsResult> {
    const { flags } = await this.parse(Outputs);
    const { outputsText, stackOutputs } = await import("../engine/outputs.ts");
    const outputs = await stackOutputs(await this.project(flags));
    this.print(outputsText(outputs));
    return outputs;
  }
}
