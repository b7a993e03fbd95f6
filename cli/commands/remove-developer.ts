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
    const names = [...new Set(argv as string[])];
    const [ask, { SettingsFile }, { requireInRoster }] = await Promise.all([
      import("../terminal/ask.ts"),
      import("../project/settings-file.ts"),
      import("../project/roster.ts"),
    ]);
    ask.requireConfirmable(flags.yes);
    const project = await this.project(flags);
    const before = await SettingsFile.read(project.settingsFile);
    requireInRoster(before, names);
    const { prepare, summary } = await import("../engine/apply.ts");
    const { resourcesOf, runUp } = await import("../engine/runs.ts");
    const { cutOff, cutOffLine } = await import("../aws/cut-off.ts");
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
    const result = await runUp(stack, {
      project,
      settings: after.settings,
      deletions: resourcesOf(before.settings, names),
      verbose: flags.verbose,
    });
    this.log(summary(result));
    return { removed: names, cutOff: cut, ...result };
  }
}
