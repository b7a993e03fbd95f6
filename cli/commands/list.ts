import * as Flags from "@oclif/core/flags";

import { StackCommand } from "../command.ts";
import type { DeveloperRow } from "../results/list.ts";

export default class List extends StackCommand {
  static override summary = "List the developers: their accounts, MFA devices, access keys and last use.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --roster",
    "<%= config.bin %> <%= command.id %> --json",
  ];
  static override flags = {
    roster: Flags.boolean({ description: "Only what the settings file says; AWS is not asked." }),
  };

  async run(): Promise<DeveloperRow[]> {
    const { flags } = await this.parse(List);
    const [{ accountsOf }, { developerTable }] = await Promise.all([
      import("../../infra/names.ts"),
      import("../developers/table.ts"),
    ]);
    const {
      project,
      file: { settings },
    } = await this.settings(flags);
    const { exemptLines } = await import("../report/exempt-users.ts");
    const exempt = exemptLines(settings);
    const names = Object.keys(settings.developers);
    const accounts = Object.keys(settings.developmentAccounts).length;
    const roster = names.map((userName) => ({ userName, accounts: accountsOf(settings, userName) }));
    if (flags.roster || names.length === 0) {
      this.log(
        names.length === 0
          ? "There are no developers yet. Run mfa-admin add-developer NAME."
          : developerTable(roster, accounts),
      );
      if (exempt.length > 0) this.log(exempt.join("\n"));
      return roster;
    }
    const { iamIn } = await import("../aws/clients.ts");
    const { developerStatuses } = await import("../aws/developer-status.ts");
    const { alarmsOf } = await import("../deploy/alarms.ts");
    const statuses = await developerStatuses(iamIn(settings.authAccount, settings), names);
    // Afterwards: the first says what is wrong with the credentials.
    const alarms = await alarmsOf(project, settings, process.stdout);
    const rows = roster.map((entry, index) => ({ ...entry, ...statuses[index], ...alarms.of(entry.userName) }));
    // The JSON is a row for each developer.
    if (this.jsonEnabled()) for (const line of [...alarms.lines, ...alarms.next]) this.logToStderr(line);
    else if (alarms.lines.length > 0) this.log(`${alarms.lines.join("\n")}\n`);
    this.log([developerTable(rows, accounts), ...exempt, ...alarms.next].join("\n"));
    return rows;
  }
}
