import { StackCommand } from "../command.ts";
import { forgetAccountFlag, yesFlag } from "../flags.ts";
import type { RunResult } from "../results/run.ts";

export default class Destroy extends StackCommand {
  static override summary = "Delete everything that the stack has made, the service control policy first.";
  static override description =
    "Every developer loses their user, credentials and roles. Pulumi.<stack>.yaml and the empty stack stay, so that up makes it all again.";
  static override examples = ["<%= config.bin %> <%= command.id %>"];
  static override flags = { yes: yesFlag, "forget-account": forgetAccountFlag };

  async run(): Promise<RunResult> {
    const { flags } = await this.parse(Destroy);
    const { project, file } = await this.settings(flags);
    const { destroy } = await import("../deploy/destroy.ts");
    const { yes, verbose, "forget-account": forget } = flags;
    return destroy({ project, file, yes, verbose, forget }, this);
  }
}
