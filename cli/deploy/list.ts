import { accessEndOf } from "../../infra/access-ends.ts";
import { accountsOf, entersEveryAccount } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { developerTable } from "../developers/developer-table.ts";
import type { Project } from "../project/project.ts";
import { endingAccessLines } from "../report/access-ends.ts";
import { exemptLines } from "../report/exempt-users.ts";
import type { AccountRow, DeveloperRow } from "../results/list.ts";
import type { Printer } from "../terminal/printer.ts";
import { tell } from "../terminal/tell.ts";

export interface ListOptions {
  project: Project;
  settings: Settings;
  /** The settings as written, access that has ended included. */
  written: Settings;
  /** Lists the settings alone, without a call of AWS. */
  roster: boolean;
  /** Lists the accounts of a shared role instead of the developers. */
  accounts: boolean;
  /** Whether the result is printed as JSON: text that has no field in it goes to stderr. */
  json: boolean;
}

/** A developer's row from the roster, with the end of access to each account where there is one. */
function rosterRow(settings: Settings, userName: string): DeveloperRow {
  const accounts = accountsOf(settings, userName);
  if (entersEveryAccount(settings, userName)) {
    const end = accessEndOf(settings, userName);
    return { userName, accounts, everyAccount: true, ...(end !== undefined && { end }) };
  }
  const ends = accounts.flatMap((account) => {
    const end = accessEndOf(settings, userName, account);
    return end === undefined ? [] : [[account, end] as const];
  });
  return { userName, accounts, ...(ends.length > 0 && { ends: Object.fromEntries(ends) }) };
}

/** Lists the developers, as the settings and AWS have them; or the accounts of a shared role. */
export async function list(
  { project, settings, written, roster: rosterOnly, accounts: accountsOnly, json }: ListOptions,
  printer: Printer,
): Promise<DeveloperRow[] | AccountRow[]> {
  if (accountsOnly) {
    const { listAccounts } = await import("./list-accounts.ts");
    return listAccounts(settings, printer);
  }
  const notices = [...endingAccessLines(written), ...exemptLines(settings)];
  const names = Object.keys(settings.developers);
  const accounts = Object.keys(settings.developmentAccounts).length;
  const roster = names.map((userName) => rosterRow(settings, userName));
  if (rosterOnly || names.length === 0) {
    const none = "There are no developers yet. Run mfa-admin add-developer NAME.";
    printer.log([names.length === 0 ? none : developerTable(roster, accounts), ...notices].join("\n"));
    return roster;
  }
  // Loaded only here: listing the settings alone needs neither AWS's SDK nor the engine.
  const [{ iamIn }, { developerStatuses }, { alarmsOf }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../aws/developer-status.ts"),
    import("./alarms.ts"),
  ]);
  const statuses = await developerStatuses(iamIn(settings.authAccount, settings), names);
  // Called after the statuses, whose error tells what is wrong with the credentials.
  const alarms = await alarmsOf(project, settings, process.stdout);
  if (!alarms.complete) process.exitCode = 1;
  const rows = roster.map((entry, index) => ({ ...entry, ...statuses[index], ...alarms.of(entry.userName) }));
  if (json) for (const line of [...alarms.lines, ...alarms.next]) tell(line);
  else if (alarms.lines.length > 0) printer.log(`${alarms.lines.join("\n")}\n`);
  printer.log([developerTable(rows, accounts), ...notices, ...alarms.next].join("\n"));
  return rows;
}
