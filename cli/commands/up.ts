import * as Flags from "@oclif/core/flags";

import type { Outcome } from "../ci/job-summary.ts";
import { StackCommand } from "../command.ts";
import { forgetAccountFlag, guardFlags, guardsOf, lockTimeoutFlag, yesFlag } from "../flags.ts";
import type { RunResult } from "../results/run.ts";

export default class Up extends StackCommand {
  static override summary = "Apply the settings: make AWS what Pulumi.<stack>.yaml says.";
  static override description =
    "Shows what would change and asks, on a terminal; with --yes it applies at once. An interrupted or failed run is finished by the next one. On GitHub Actions it adds to the job's summary, and marks an error at its line of the settings.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --yes",
    "<%= config.bin %> <%= command.id %> --yes --lock-timeout 10m",
    "<%= config.bin %> <%= command.id %> --yes --plan plan.json",
  ];
  static override flags = {
    yes: yesFlag,
    adopt: Flags.boolean({
      description:
        "Take what AWS already has under the names that the stack gives (users, roles, policies) into the stack.",
      // A plan does not contain resources that are taken over.
      exclusive: ["plan"],
    }),
    plan: Flags.file({
      description: "Apply what this file of preview --save-plan says, and nothing else.",
      exists: true,
      // A plan does not contain accounts that are forgotten, nor the end of a switch.
      exclusive: ["forget-account", "finish-switch"],
    }),
    "lock-timeout": lockTimeoutFlag,
    ...guardFlags,
    "forget-account": forgetAccountFlag,
    "finish-switch": Flags.boolean({
      description: "Delete what is left of the other form of roles (docs/scale.md).",
    }),
  };

  #outcome: Outcome | undefined;

  async run(): Promise<RunResult> {
    const { flags } = await this.parse(Up);
    const { project, file } = await this.settings(flags);
    this.#outcome = { project, file, steps: [] };
    const { summarizedUp } = await import("../ci/summarized-up.ts");
    const {
      yes,
      verbose,
      adopt,
      plan,
      "lock-timeout": lockDeadline,
      "forget-account": forget,
      "finish-switch": finishSwitch,
    } = flags;
    const settingsNow = async () => (await this.settings(flags)).file;
    const options = {
      yes,
      verbose,
      adopt,
      plan,
      lockDeadline,
      forget,
      finishSwitch,
      guards: guardsOf(flags),
      settingsNow,
    };
    return summarizedUp(this.#outcome, options, this);
  }

  protected override async failed(error: Error): Promise<void> {
    const { summarizeFailedUp } = await import("../ci/job-summary.ts");
    await summarizeFailedUp(error, this.#outcome);
  }
}
