import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { DeveloperCommand } from "../command.ts";
import { durationFlag } from "../flags.ts";
import type { LoginResult } from "../results/login.ts";

export default class Login extends DeveloperCommand {
  static override summary = "Log in to a development account with an MFA code.";
  static override description =
    "Assumes your role there, and writes the session into a profile of the AWS credentials file. It finds your access key, accounts and MFA device; what is missing is asked for on a terminal.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 123456",
    "<%= config.bin %> <%= command.id %> --account payments --profile payments-dev",
    "<%= config.bin %> <%= command.id %> --all",
  ];
  static override args = {
    code: Args.string({ description: "The code that your MFA device shows; asked for if left out.", multiple: true }),
  };
  static override flags = {
    account: Flags.string({
      char: "a",
      description: "The account's name. Default: the only one, or asked for.",
      exclusive: ["all"],
    }),
    all: Flags.boolean({
      description:
        "Log in to all your accounts with one code, for an hour at most; writes the profiles PROFILE-ACCOUNT.",
    }),
    chain: Flags.boolean({
      description: "By way of GetSessionToken, so that MFA stays in the session's context; for an hour at most.",
    }),
    duration: durationFlag,
    profile: Flags.string({ char: "p", description: "The profile to write.", default: "dev" }),
  };

  async run(): Promise<LoginResult> {
    const { args, flags } = await this.parse(Login);
    const { logIn } = await import("../login/profiles-login.ts");
    const { account, all, chain, duration, kit, profile, "source-profile": sourceProfile } = flags;
    const { cacheDir: cacheDirectory } = this.config;
    const options = { cacheDirectory, sourceProfile, kit, account, all, chain, duration, typed: args.code };
    const { result, isWhole } = await logIn(profile, options, this);
    if (!isWhole) process.exitCode = 1;
    return result;
  }
}
