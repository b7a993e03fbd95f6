import * as Args from "@oclif/core/args";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";

export default class RemoveDeveloper extends StackCommand {
  static override summary = "Shut developers out within seconds, then delete their users and roles.";
  static override description =
    "First their access keys, password, MFA devices and sessions are ended, and a line says when that is done; then they are taken off the roster and it is applied.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> bob",
    "<%= config.bin %> <%= command.id %> bob carol --yes",
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: "The user's name; several may follow.", required: true }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<unknown> {
    const { flags, argv } = await this.parse(RemoveDeveloper);
    const names = argv as string[];
    const [ask, { requireInRoster }] = await Promise.all([
      import("../terminal/ask.ts"),
      import("../project/roster.ts"),
    ]);
    const { project, file: before } = await this.settings(flags);
    requireInRoster(before, names);
    ask.requireConfirmable(flags.yes);
    const [{ prepare, summary }, { removeFromStack, settlePending }, { cutOff, cutOffLine }] = await Promise.all([
      import("../engine/apply.ts"),
      import("../deploy/own-part.ts"),
      import("../aws/cut-off.ts"),
    ]);
    const stack = await prepare(project, before);
    await ask.confirmChange(`End all access of ${names.join(", ")} now, and delete their users and roles?`, flags.yes);
    const started = Date.now();
    const cut = await cutOff(before.settings, names);
    for (const developer of cut) this.logToStderr(cutOffLine(developer));
    this.logToStderr(
      `All access was ended in ${((Date.now() - started) / 1000).toFixed(1)} s. Now the users and roles are deleted.`,
    );
    const after = before.withoutDevelopers(names);
    await after.write();
    const { commitAdvice } = await import("../project/commit.ts");
    const commit = commitAdvice(project);
    if (commit !== undefined) this.logToStderr(commit);
    const options = { project, file: after, verbose: flags.verbose };
    const result = await removeFromStack(stack, { ...options, names });
    this.log(summary(result));
    const pending = await settlePending(stack, { ...options, yes: flags.yes });
    return { removed: names, cutOff: cut, ...result, pending };
  }
}
