import * as Flags from "@oclif/core/flags";

import type { Outcome } from "../ci/job-summary.ts";
import { StackCommand } from "../command.ts";
import type { StepEventMetadata } from "../engine/automation.ts";
import { forgetAccountFlag, guardFlags, lockTimeoutFlag, yesFlag } from "../flags.ts";
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
      // What comes in is not in a plan.
      exclusive: ["plan"],
    }),
    plan: Flags.file({
      description: "Apply what this file of preview --save-plan says, and nothing else.",
      exists: true,
      // What is forgotten is not in a plan.
      exclusive: ["forget-account"],
    }),
    "lock-timeout": lockTimeoutFlag,
    ...guardFlags,
    "forget-account": forgetAccountFlag,
  };

  #outcome: Outcome | undefined;

  async run(): Promise<RunResult> {
    const { flags } = await this.parse(Up);
    const { requireConfirmable } = await import("../terminal/ask.ts");
    const { project, file } = await this.settings(flags);
    requireConfirmable(flags.yes);
    const [{ openForRun }, { apply }, { runSummary }, { summarizeUp }] = await Promise.all([
      import("../deploy/open-for-run.ts"),
      import("../deploy/apply.ts"),
      import("../report/run-summary.ts"),
      import("../ci/job-summary.ts"),
    ]);
    const { yes, verbose, adopt, "lock-timeout": lockDeadline } = flags;
    const guards = {
      maxRemovals: flags["max-removals"],
      allowUnprotected: flags["allow-unprotected"],
      acceptShutOut: flags["accept-shut-out"],
      liftDenials: flags["lift-denials"],
    };
    const { SavedPlan } = await import("../deploy/saved-plan.ts");
    const plan = flags.plan === undefined ? {} : { plan: await SavedPlan.read(flags.plan, project) };
    const stack = await openForRun(project, file, { lockDeadline, forget: flags["forget-account"] });
    const onLate = async (): Promise<void> => {
      const { requireSameSettings } = await import("../project/settings-file.ts");
      requireSameSettings((await this.settings(flags)).file, file);
    };
    await onLate();
    const steps: StepEventMetadata[] = [];
    this.#outcome = { project, file, steps };
    const onStep = (step: StepEventMetadata) => steps.push(step);
    const result = await apply(stack, {
      project,
      file,
      yes,
      verbose,
      adopt,
      lockDeadline,
      guards,
      onLate,
      onStep,
      ...plan,
    });
    const { letInWithoutPassword, passwordsLater } = await import("../deploy/passwords-later.ts");
    const letIn = await letInWithoutPassword(result, file.settings);
    await summarizeUp(this.#outcome, letIn);
    this.log(runSummary(result));
    if (letIn.length > 0) this.logToStderr(`Next: ${passwordsLater(letIn)}`);
    return result;
  }

  protected override async failed(error: Error): Promise<void> {
    const { summarizeFailedUp } = await import("../ci/job-summary.ts");
    await summarizeFailedUp(error, this.#outcome);
  }
}
