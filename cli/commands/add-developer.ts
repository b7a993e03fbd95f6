import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { languageFlag, passwordFileFlag, yesFlag } from "../flags.ts";
import { languageOf } from "../language.ts";
import { isTerminal } from "../terminal/stream.ts";
import type { AddDeveloperResult } from "../results/add-developer.ts";

export default class AddDeveloper extends StackCommand {
  static override summary = "Let developers in: put them on the roster, apply it, and print what to hand over.";
  static override description =
    "Each gets an IAM user in the auth account, a role in every development account (or in those of --account), and a one-time password, which is shown once, on a terminal only, or written to --password-file.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice bob --account sandbox --account payments",
    "<%= config.bin %> <%= command.id %> alice --kit-directory onboarding --password-file passwords",
    "<%= config.bin %> <%= command.id %> carol --account sandbox --until 2027-01-31",
    "<%= config.bin %> <%= command.id %> alice --no-up",
  ];
  static override args = {
    name: Args.string({ description: "The user's name; several may follow.", required: true, multiple: true }),
  };
  static override flags = {
    account: Flags.string({
      description: "A development account; may be repeated. Default: every one.",
      multiple: true,
    }),
    until: Flags.string({
      description: "The last day of the access, in UTC, or with an offset (2027-01-31+09:00). Default: no end.",
      helpValue: "YYYY-MM-DD",
    }),
    "no-up": Flags.boolean({ description: "Only edit the roster, for a pull request; nothing is applied." }),
    "password-file": passwordFileFlag,
    "kit-directory": Flags.directory({
      description: "Write each developer's page, as mfa-admin guide prints it, to NAME.md in this directory.",
      exclusive: ["no-up"],
    }),
    language: languageFlag,
    yes: yesFlag,
  };

  async run(): Promise<AddDeveloperResult> {
    const { flags, args } = await this.parse(AddDeveloper);
    const { project, file } = await this.settings(flags);
    const { addToRoster, letIn } = await import("../onboarding/let-in.ts");
    const roster = { project, file, names: args.name, accounts: flags.account, until: flags.until };
    if (flags["no-up"]) return addToRoster(roster, this);
    const { yes, verbose, language = languageOf(), "password-file": passwordFile, "kit-directory": directory } = flags;
    const guides = directory === undefined ? undefined : { directory, language };
    const showPassword = !this.jsonEnabled() && isTerminal(process.stdout);
    return letIn({ ...roster, yes, verbose, passwordFile, showPassword, guides }, this);
  }
}
