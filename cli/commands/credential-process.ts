import * as Flags from "@oclif/core/flags";

import { DeveloperCommand } from "../command.ts";
import { durationFlag } from "../flags.ts";

export default class CredentialProcess extends DeveloperCommand {
  static override summary = "Print credentials for the credential_process setting of an AWS profile.";
  static override description =
    "They come from the cache, which login fills too, and are renewed before they expire. A code is asked for only when there is a terminal, and never on stdout. In ~/.aws/config: credential_process = mfa-admin credential-process --account sandbox";
  static override examples = ["<%= config.bin %> <%= command.id %> --account sandbox"];
  static override enableJsonFlag = false;
  static override flags = {
    account: Flags.string({ char: "a", description: "The account's name.", required: true }),
    duration: durationFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CredentialProcess);
    const { account, duration, kit, "source-profile": sourceProfile } = flags;
    const { sessionFor } = await import("../login/session-for.ts");
    const { cacheDir: cacheDirectory } = this.config;
    const session = await sessionFor({ cacheDirectory, sourceProfile, kit, account, duration });
    const { accessKeyId, secretAccessKey, sessionToken, expires } = session;
    this.log(
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
