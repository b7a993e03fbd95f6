import * as Flags from "@oclif/core/flags";

import { DeveloperCommand } from "../command.ts";
import { durationFlag } from "../flags.ts";

export default class CredentialProcess extends DeveloperCommand {
  static override summary = "Print credentials for the credential_process setting of an AWS profile.";
  static override description =
    "They come from the cache, which login fills too. What login --all has opened is renewed without a code. A code is asked for where there is a terminal, and never on stdout. In ~/.aws/config: credential_process = mfa-admin credential-process --account sandbox";
  static override examples = ["<%= config.bin %> <%= command.id %> --account sandbox"];
  static override enableJsonFlag = false;
  static override flags = {
    account: Flags.string({ char: "a", description: "The account's name.", required: true }),
    ask: Flags.boolean({
      description: "Ask for a code on the terminal itself, where the program that runs this keeps what it prints.",
    }),
    duration: durationFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CredentialProcess);
    const { processCredentials } = await import("../login/process-credentials.ts");
    const { account, ask, duration, kit, "source-profile": sourceProfile } = flags;
    const { cacheDir: cacheDirectory } = this.config;
    const found = await processCredentials({ cacheDirectory, sourceProfile, kit, account, duration, ask });
    this.print(JSON.stringify(found));
  }
}
