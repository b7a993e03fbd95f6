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
    const ask = await import("../terminal/ask.ts");
    const { project, file } = await this.settings(flags);
    ask.requireConfirmable(flags.yes);
    const [{ openForRun }, { runSummary }, { runDestroy }, { unreachedBy }, { destroyWarning }] = await Promise.all([
      import("../deploy/open-for-run.ts"),
      import("../report/run-summary.ts"),
      import("../engine/runs.ts"),
      import("../engine/unreached.ts"),
      import("../deploy/destroy-warning.ts"),
    ]);
    const stack = await openForRun(project, file, { deleting: true, forget: flags["forget-account"] });
    if (!flags.yes) await ask.confirmByName(await destroyWarning(stack, project), project.stack, flags.yes);
    const options = { project, settings: file.settings, verbose: flags.verbose };
    const { forgetAccounts } = await import("../deploy/forget-accounts.ts");
    await forgetAccounts(stack, options);
    const result = await runDestroy(stack, options);
    const isAll = unreachedBy(stack).length === 0;
    const nothing = isAll ? "There is nothing to delete." : "There is nothing else to delete.";
    this.log(result.changes.length === 0 ? nothing : runSummary(result));
    if (isAll && result.changes.length > 0) this.logToStderr("The settings stay: mfa-admin up makes all of it again.");
    return result;
  }
}
