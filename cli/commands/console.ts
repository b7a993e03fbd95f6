import * as Flags from "@oclif/core/flags";

import { DeveloperCommand } from "../command.ts";
import type { ConsoleResult } from "../results/login.ts";

export default class Console extends DeveloperCommand {
  static override summary = "Print or open an address that signs you in to the console as your role.";
  static override description =
    "The address is good for 15 minutes and for whoever has it. A code is asked for when you are not logged in.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --open",
    "<%= config.bin %> <%= command.id %> --account payments",
  ];
  static override flags = {
    account: Flags.string({ char: "a", description: "The account's name. Default: the last one logged in to." }),
    open: Flags.boolean({ char: "o", description: "Open it in the browser instead of printing it." }),
  };

  async run(): Promise<ConsoleResult> {
    const { flags } = await this.parse(Console);
    const { signInToConsole } = await import("../login/console.ts");
    const { account, kit, open, "source-profile": sourceProfile } = flags;
    return signInToConsole({ cacheDirectory: this.config.cacheDir, sourceProfile, kit, account, open }, this);
  }
}
