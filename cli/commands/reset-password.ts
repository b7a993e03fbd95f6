import * as Args from "@oclif/core/args";

import { StackCommand } from "../command.ts";
import { passwordFileFlag, yesFlag } from "../flags.ts";
import type { Handover } from "../results/add-developer.ts";

export default class ResetPassword extends StackCommand {
  static override summary = "Give a developer a one-time password for the console, the first or a new one.";
  static override description =
    "An old password ends at once. The new one is shown once, on a terminal only, or written to --password-file.";
  static override examples = ["<%= config.bin %> <%= command.id %> alice"];
  static override args = { name: Args.string({ description: "The user's name.", required: true }) };
  static override flags = { "password-file": passwordFileFlag, yes: yesFlag };

  async run(): Promise<Handover> {
    const { flags, args } = await this.parse(ResetPassword);
    const [ask, { requireInRoster }, handover, { iamIn }, { hasPassword, resetPassword }, { requireOwnUser }] =
      await Promise.all([
        import("../terminal/ask.ts"),
        import("../project/roster.ts"),
        import("../onboarding/handover.ts"),
        import("../aws/clients.ts"),
        import("../aws/one-time-password.ts"),
        import("../developers/own-user.ts"),
      ]);
    const { project, file } = await this.settings(flags);
    requireInRoster(file, [args.name]);
    const path = flags["password-file"];
    handover.requirePlaceForPassword(path, this.jsonEnabled());
    if (path !== undefined) await handover.requireNewFile(path);
    const iam = iamIn(file.settings.authAccount, file.settings);
    await requireOwnUser(iam, project, file.settings, args.name);
    if (await hasPassword(iam, args.name)) await ask.confirmChange(`Replace ${args.name}'s password?`, flags.yes);
    const password = await resetPassword(iam, args.name);
    if (path !== undefined) await handover.writePasswordFile(path, new Map([[args.name, password]]));
    this.log(
      handover.handoverPage([
        {
          handover: handover.handoverOf(file.settings, args.name),
          password: path === undefined ? { shown: password } : { file: path },
        },
      ]),
    );
    return handover.handoverOf(file.settings, args.name);
  }
}
