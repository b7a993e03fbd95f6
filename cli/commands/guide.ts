import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { languageFlag } from "../flags.ts";
import { languageOf } from "../language.ts";
import type { GuideResult } from "../results/guide.ts";

export default class Guide extends StackCommand {
  static override summary = "Print the page that leads a developer from the one-time password to the daily login.";
  static override description =
    "Addresses, accounts, roles, and every step in the console and on the command line. It holds no secrets, so it can be mailed. The developer's mfa-admin reads it, too, with --kit. It is made of the settings alone: mfa-admin list shows whether up has made the user yet.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice --language ja --output alice.md",
  ];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = {
    language: languageFlag,
    output: Flags.file({ char: "o", description: "Write the page to this file instead of stdout." }),
  };

  async run(): Promise<GuideResult> {
    const { flags, args } = await this.parse(Guide);
    const { file } = await this.settings(flags);
    const { guideFor } = await import("../onboarding/guide.ts");
    const result = await guideFor(file, args.name, flags.language ?? languageOf());
    await this.hand(result.page, { file: flags.output, what: `The page for ${args.name}` });
    return result;
  }
}
