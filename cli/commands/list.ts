import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import type { AccountRow, DeveloperRow } from "../results/list.ts";

export default class List extends StackCommand {
  static override summary =
    "List the developers: their accounts, MFA devices, access keys and last use; or the accounts.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --roster",
    "<%= config.bin %> <%= command.id %> --accounts",
    "<%= config.bin %> <%= command.id %> --json",
  ];
  static override flags = {
    roster: Flags.boolean({ description: "Only what the settings file says; AWS is not asked." }),
    accounts: Flags.boolean({
      description: "The accounts of a shared role instead: their names, and whether the role is there.",
      exclusive: ["roster"],
    }),
  };

  async run(): Promise<DeveloperRow[] | AccountRow[]> {
    const { flags } = await this.parse(List);
    const {
      project,
      file: { settings, written },
    } = await this.settings(flags);
    const { list } = await import("../deploy/list.ts");
    return list({ project, settings, written, ...flags, json: this.jsonEnabled() }, this);
  }
}
