import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import { passwordFileFlag, yesFlag } from "../flags.ts";
import { Failure } from "../failure.ts";
import type { ResetPasswordResult } from "../results/add-developer.ts";

export default class ResetPassword extends StackCommand {
  static override summary = "Give developers a one-time password for the console, the first or a new one.";
  static override description =
    "An old password ends at once. The new one is shown once, on a terminal only, or written to --password-file.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice",
    "<%= config.bin %> <%= command.id %> alice bob --password-file passwords",
    "<%= config.bin %> <%= command.id %> --missing --password-file passwords",
  ];
  static override args = {
    name: Args.string({ description: "The user's name; several may follow.", multiple: true }),
  };
  static override flags = {
    missing: Flags.boolean({ description: "Everybody on the roster who has no password yet." }),
    "password-file": passwordFileFlag,
    yes: yesFlag,
  };

  async run(): Promise<ResetPasswordResult> {
    const { flags, args } = await this.parse(ResetPassword);
    const names = namesOf(args.name ?? [], flags.missing);
    const { project, file } = await this.settings(flags);
    const { handoverPage, resetPasswords } = await import("../onboarding/reset-passwords.ts");
    const { yes, "password-file": passwordFile } = flags;
    const developers = await resetPasswords(project, file, { names, passwordFile, yes, json: this.jsonEnabled() });
    this.log(developers.length === 0 ? "Everybody has a password already." : handoverPage(developers));
    return developers.map(({ handover }) => handover);
  }
}

function namesOf(names: string[], missing: boolean): string[] | undefined {
  if (names.length > 0 ? missing : !missing) {
    throw new Failure(
      missing ? "Names and --missing do not go together." : "Whose password?",
      "Give names, or --missing for everybody who has none.",
    );
  }
  return missing ? undefined : names;
}
