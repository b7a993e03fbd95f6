import { accountsOf } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { developerTable } from "../developers/developer-table.ts";
import type { Project } from "../project/project.ts";
import { exemptLines } from "../report/exempt-users.ts";
import type { DeveloperRow } from "../results/list.ts";
import type { Printer } from "../terminal/printer.ts";

export interface ListOptions {
  project: Project;
  settings: Settings;
  /** What the settings say alone; AWS is not asked. */
  roster: boolean;
  /** Whether a program reads the result: what it has no field for goes to stderr. */
  json: boolean;
}

/** Lists the developers: what the settings give them, and what AWS has of it. */
export async function list(
  { project, settings, roster: rosterOnly, json }: ListOptions,
  printer: Printer,
): Promise<DeveloperRow[]> {
  const exempt = exemptLines(settings);
  const names = Object.keys(settings.developers);
  const accounts = Object.keys(settings.developmentAccounts).length;
  const roster = names.map((userName) => ({ userName, accounts: accountsOf(settings, userName) }));
  if (rosterOnly || names.length === 0) {
    const none = "There are no developers yet. Run mfa-admin add-developer NAME.";
    printer.log([names.length === 0 ? none : developerTable(roster, accounts), ...exempt].join("\n"));
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
  printer.log([developerTable(rows, accounts), ...exempt, ...alarms.next].join("\n"));
  return rows;
}
