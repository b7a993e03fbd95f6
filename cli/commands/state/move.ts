import * as Flags from "@oclif/core/flags";

import { ProjectCommand } from "../../command.ts";
import { yesFlag } from "../../flags.ts";
import type { Move } from "../../results/state-move.ts";

export default class StateMove extends ProjectCommand {
  static override summary = "Move the state to another place, with its secrets, and edit Pulumi.yaml.";
  static override description =
    "Moves every stack of the project: they share the place that Pulumi.yaml names. The state is copied, and compared resource by resource with the secrets in the clear, in memory only, before the old one is left; that stays under another name. A move that is killed is refused from then on, with the commands that clear what it has left. The history of updates stays behind.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --to 's3://our-state?region=eu-west-1' --secrets-provider 'awskms:///alias/mfa-admin?region=eu-west-1'",
    "<%= config.bin %> <%= command.id %> --to https://api.pulumi.com",
  ];
  static override flags = {
    to: Flags.string({
      description: "URL of the new place: file://, s3://BUCKET?region=R, https:// for Pulumi Cloud.",
      required: true,
    }),
    organization: Flags.string({
      description: "The organization that is to have the stacks in Pulumi Cloud. Default: yours there.",
    }),
    "secrets-provider": Flags.string({
      description:
        "What keeps the stack's secrets there: passphrase, awskms:///alias/NAME?region=R, or default for the place's own. Default: what keeps them now.",
    }),
    yes: yesFlag,
  };

  async run(): Promise<Move> {
    const { flags } = await this.parse(StateMove);
    const { moveState } = await import("../../state-move/move.ts");
    const move = await moveState({
      from: flags.cwd ?? process.cwd(),
      to: flags.to,
      organization: flags.organization,
      secretsProvider: flags["secrets-provider"],
      yes: flags.yes,
    });
    for (const warning of move.warnings) this.logToStderr(`Note: ${warning}`);
    for (const { stack, resources, keptAs } of move.stacks) {
      this.log(`The state of the stack "${stack}" was moved: ${resources} resources, compared one by one.`);
      this.log(`  The old one is kept in ${move.from} as the stack "${keptAs}".`);
    }
    this.log(`Next: commit ${move.files.join(" and ")}, so that everybody uses the new place.`);
    return move;
  }
}
