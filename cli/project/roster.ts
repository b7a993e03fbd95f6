import { basename } from "node:path";

import { endOfUntil, untilProblem } from "../../infra/until.ts";
import { type Settings, userNameProblem } from "../../infra/settings.ts";
import { closest } from "../closest.ts";
import { Failure } from "../failure.ts";
import type { RosterEntry } from "./roster-text.ts";
import type { SettingsFile } from "./settings-file.ts";

/** The roster entries of new developers, checked against the roster before anything is changed. */
export function rosterEntries(
  file: SettingsFile,
  names: string[],
  accounts: string[] | undefined,
  until?: string,
): Record<string, RosterEntry> {
  const { developers } = file.written;
  if (until !== undefined) requireDayToCome(until);
  const seen = new Map(Object.keys(developers).map((name) => [name.toLowerCase(), name]));
  for (const name of names) {
    const problem = userNameProblem(file.settings, name);
    if (problem !== undefined) throw new Failure(`"${name}" will not do: ${problem}.`, "Choose another name.");
    const twin = seen.get(name.toLowerCase());
    if (twin === name && Object.hasOwn(developers, name)) {
      throw new Failure(
        `${name} is in the roster already.`,
        `Edit developers.${name} in ${basename(file.path)} to change the accounts, or run mfa-admin reset-password ${name} for a new password.`,
      );
    }
    if (twin === name) throw new Failure(`${name} is given twice.`, "Name everybody once.");
    if (twin !== undefined) {
      throw new Failure(
        `"${name}" differs from "${twin}" only by case, and IAM takes the two for one name.`,
        "Choose another name.",
      );
    }
    seen.set(name.toLowerCase(), name);
  }
  requireAccounts(file.settings, accounts);
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        ...(accounts !== undefined && { accounts: [...new Set(accounts)] }),
        ...(until !== undefined && { until }),
      },
    ]),
  );
}

/** @throws Failure for text that is no day, or a day that is over */
export function requireDayToCome(until: string): void {
  const problem = untilProblem(until);
  if (problem !== undefined) throw new Failure(`--until ${until}: ${problem}.`, "Nothing was changed.");
  const end = endOfUntil(until) ?? "";
  if (Date.parse(end) > Date.now()) return;
  throw new Failure(
    `--until ${until}: that was over at ${end}.`,
    "Nothing was changed. Give a day that is not over yet.",
  );
}

/** @throws Failure for a name that is not one of the development accounts */
export function requireAccounts(
  { developmentAccounts, roles }: Pick<Settings, "developmentAccounts" | "roles">,
  accounts: string[] | undefined,
): void {
  const known = Object.keys(developmentAccounts);
  // With a shared role, names in AWS Organizations are valid, too; they are looked up later.
  const unknown = roles === "shared" ? undefined : accounts?.find((account) => !known.includes(account));
  if (unknown !== undefined) {
    const meant = closest(unknown, known);
    throw new Failure(
      `There is no development account "${unknown}".`,
      unknown.includes(",")
        ? "Name each by an --account of its own."
        : `${meant === undefined ? "" : `Did you mean ${meant}? `}The accounts are: ${known.join(", ")}.`,
    );
  }
}

/** Refuses names that are not in the roster, and names given twice. */
export function requireInRoster(file: SettingsFile, names: string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Failure(`${repeated} is given twice.`, "Name everybody once.");
  const roster = Object.keys(file.settings.developers);
  const unknown = names.find((name) => !roster.includes(name));
  if (unknown === undefined) return;
  if (Object.hasOwn(file.written.developers, unknown)) {
    throw new Failure(
      `The access of ${unknown} has ended by the settings.`,
      `mfa-admin extend ${unknown} --until DAY lets ${unknown} go on.`,
    );
  }
  const meant = closest(unknown, roster);
  throw new Failure(
    `${unknown} is not in the roster.`,
    meant === undefined ? "mfa-admin list shows who is." : `Did you mean ${meant}?`,
  );
}
