import { readFile } from "node:fs/promises";

import { accountsOfUnits, namedAccounts } from "../../infra/accounts-of-units.ts";
import { type Assignment, assignmentFromTags, assignmentOf, assignmentTags } from "../../infra/assignment.ts";
import { signInAddress } from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { accessKeyProfile, accountProfileName, configText, roleProfiles } from "../aws-files/profiles.ts";
import { kitText } from "../login/kit.ts";
import { requireInRoster } from "../project/roster.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import type { GuideResult } from "../results/guide.ts";
import type { Language } from "../language.ts";

/**
 * The page for a developer on the roster, and the facts in it.
 *
 * @throws Failure for a name that is not on the roster
 */
export async function guideFor(file: SettingsFile, userName: string, language: Language): Promise<GuideResult> {
  requireInRoster(file, [userName]);
  const { settings } = file;
  const page = await guidePage(settings, userName, language);
  return { assignment: await kitAssignment(settings, userName), signInAddress: signInAddress(settings), page };
}

/** The page for one developer: how to sign in, to enrol and to log in. It has no secrets, and is also the kit. */
export async function guidePage(settings: Settings, userName: string, language: Language): Promise<string> {
  const assignment = await kitAssignment(settings, userName);
  const { roleName, accounts, contact, accessKeys, mfaMaxAge } = assignment;
  const [first] = Object.keys(accounts);
  const isNamed = hasNamesInTags(settings, assignment);
  const text = await readFile(new URL(import.meta.resolve(`#guide/${language}.md`)), "utf8");
  const page = fill(text, {
    userName,
    signInAddress: signInAddress(settings),
    roleName,
    accounts: Object.entries(accounts)
      .map(([account, id]) => `- \`${account}\` (${id}): <${switchRoleAddress(assignment, account, id)}>`)
      .join("\n"),
    firstAccount: first,
    profileNames:
      first === undefined
        ? undefined
        : Object.keys(accounts)
            .map((account) => `\`${accountProfileName(account, assignment)}\``)
            .join(", "),
    firstProfile: first === undefined ? undefined : accountProfileName(first, assignment),
    accessKeyProfile,
    kitFlag: isNamed ? "" : " --kit PAGE",
    profiles: configText(roleProfiles(assignment)),
    contact,
    mfaMaxAge: mfaMaxAge === undefined ? undefined : String(mfaMaxAge),
    // These placeholders insert nothing: a line with one of them is kept for one value of `accessKeys` alone, or for names in one place.
    article: accessKeys === undefined ? "" : undefined,
    withMfa: accessKeys === undefined ? undefined : "",
    namesInTags: isNamed ? "" : undefined,
    namesHere: isNamed ? undefined : "",
  });
  return kitText(assignment, page);
}

/** The assignment on the page: with a shared role, its accounts include those that the settings do not name. */
async function kitAssignment(settings: Settings, userName: string): Promise<Assignment> {
  if (settings.roles !== "shared") return assignmentOf(settings, userName);
  const all = namedAccounts(await accountsOfUnits(settings.organizationalUnits), settings);
  const known = Object.fromEntries(all.flatMap(({ name, id, state }) => (state === "ACTIVE" ? [[name, id]] : [])));
  const assignment = assignmentOf(settings, userName, known);
  return assignment.everyAccount === true ? { ...assignment, accounts: known } : assignment;
}

/** Whether the user's tags have the names of all accounts on the page, so that the developer's commands find them without it. */
function hasNamesInTags(settings: Settings, { userName, authAccount, accounts, everyAccount }: Assignment): boolean {
  if (everyAccount !== true) return true;
  const inTags = assignmentFromTags({ userName, authAccount }, assignmentTags(settings, userName))?.accounts ?? {};
  return Object.entries(accounts).every(([name, id]) => inTags[name] === id);
}

/** Fills in a template. A line with a placeholder whose value is missing is left out. */
function fill(text: string, values: Record<string, string | undefined>): string {
  const missing = Object.keys(values).filter((name) => values[name] === undefined);
  return (
    text
      .split("\n")
      .filter((line) => !missing.some((name) => line.includes(`{{${name}}}`)))
      .join("\n")
      // A marker before a list item has the indentation of a continued line, which is removed.
      .replace(/^ *\{\{(?:article|withMfa)\}\}(?=\d\.|- )/gm, "")
      .replace(/\{\{(?:article|withMfa|namesInTags|namesHere)\}\} ?/g, "")
      .replace(/\{\{(\w+)\}\}/g, (_placeholder, name: string) => values[name] ?? "")
  );
}

/** The console address that switches to a developer's role, for a user who has signed in with MFA. */
function switchRoleAddress({ roleName }: Assignment, account: string, accountId: string): string {
  const query = new URLSearchParams({ account: accountId, roleName, displayName: account });
  return `https://signin.aws.amazon.com/switchrole?${query.toString()}`;
}
