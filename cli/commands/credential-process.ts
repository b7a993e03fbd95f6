import * as Flags from "@oclif/core/flags";

import { DeveloperCommand } from "../command.ts";
import { durationFlag } from "../flags.ts";
import type { Session } from "../login/memory.ts";

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
    const { account, duration, kit, "source-profile": sourceProfile } = flags;
    const [{ sessionFor }, { onTerminal }] = await Promise.all([
      import("../login/session-for.ts"),
      import("../terminal/ask.ts"),
    ]);
    const { cacheDir: cacheDirectory } = this.config;
    const open = (): Promise<Session> => sessionFor({ cacheDirectory, sourceProfile, kit, account, duration });
    const session = await (flags.ask ? onTerminal(open) : open());
    const { accessKeyId, secretAccessKey, sessionToken, expires } = session;
    this.print(
      JSON.stringify({
        Version: 1,
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: expires,
      }),
    );
  }
}
