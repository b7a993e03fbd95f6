import * as Args from "@oclif/core/args";

import { StackCommand } from "../command.ts";
import { yesFlag } from "../flags.ts";
import type { EndedSessions } from "../results/end-sessions.ts";

export default class EndSessions extends StackCommand {
  static override summary = "End all live sessions of a developer, in every account; nothing is deleted.";
  static override description =
    "The access keys, the password and the MFA devices stay: the developer can log in again after a few seconds. Needs neither the state nor its lock or passphrase.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice --yes",
  ];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<EndedSessions> {
    const { flags, args } = await this.parse(EndSessions);
    const project = await this.project(flags);
    const [{ confirmChange, requireConfirmable }, { userInEmergency }, ended] = await Promise.all([
      import("../terminal/ask.ts"),
      import("../developers/emergency-target.ts"),
      import("../developers/end-sessions.ts"),
    ]);
    const { settings, target } = await userInEmergency(project, args.name);
    requireConfirmable(flags.yes);
    await confirmChange(`End all live sessions of ${target.userName} now?`, flags.yes);
    const result = await ended.endSessions(settings, target);
    for (const line of ended.endedLines(result)) this.logToStderr(line);
    ended.requireAllEnded(result);
    this.log(`All live sessions of ${target.userName} have ended; keys, password and MFA devices are as they were.`);
    return result;
  }
}
