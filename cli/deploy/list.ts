import { accessEndOf } from "../../infra/access-ends.ts";
import { accountsOf, entersEveryAccount } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { developerTable } from "../developers/developer-table.ts";
import type { Project } from "../project/project.ts";
import { endingAccessLines } from "../report/access-ends.ts";
import { exemptLines } from "../report/exempt-users.ts";
import type { AccountRow, DeveloperRow } from "../results/list.ts";
import type { Printer } from "../terminal/printer.ts";

export interface ListOptions {
  project: Project;
  settings: Settings;
  /** The same as they are written, with access that is over. */
  written: Settings;
  /** What the settings say alone; AWS is not asked. */
  roster: boolean;
  /** The accounts of a shared role instead. */
  accounts: boolean;
  /** Whether a program reads the result: what it has no field for goes to stderr. */
  json: boolean;
}

/** What the roster says of somebody, with each account's end where there is one. */
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

/** Lists the developers: what the settings give them, and what AWS has of it. Or the accounts of a shared role. */
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
  // The settings alone are told without AWS's SDK and the engine.
  const [{ iamIn }, { developerStatuses }, { alarmsOf }] = await Promise.all([
    import("../aws/clients.ts"),
    import("../aws/developer-status.ts"),
    import("./alarms.ts"),
  ]);
  const statuses = await developerStatuses(iamIn(settings.authAccount, settings), names);
  // Afterwards: the first says what is wrong with the credentials.
  const alarms = await alarmsOf(project, settings, process.stdout);
  const rows = roster.map((entry, index) => ({ ...entry, ...statuses[index], ...alarms.of(entry.userName) }));
  if (json) for (const line of [...alarms.lines, ...alarms.next]) printer.logToStderr(line);
  else if (alarms.lines.length > 0) printer.log(`${alarms.lines.join("\n")}\n`);
  printer.log([developerTable(rows, accounts), ...notices, ...alarms.next].join("\n"));
  return rows;
}
