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
    const [{ sessionFor }, { consoleAddress }] = await Promise.all([
      import("../login/session-for.ts"),
      import("../login/console-address.ts"),
    ]);
    const { account, kit, "source-profile": sourceProfile } = flags;
    const { cacheDir: cacheDirectory } = this.config;
    const session = await sessionFor({ cacheDirectory, sourceProfile, kit, account, duration: undefined, asked: true });
    const address = await consoleAddress(session);
    const { openInBrowser } = await import("../login/browser.ts");
    if (flags.open && (await openInBrowser(address))) {
      this.log(`Opened the console of ${session.account} in the browser.`);
      return { account: session.account };
    }
    if (flags.open)
      this.logToStderr("No browser could be opened here. Open this address, which is good for 15 minutes:");
    this.log(address);
    return { account: session.account, address };
  }
}
