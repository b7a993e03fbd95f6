import { constants, existsSync, statSync } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import {
  accountsOf,
  entersEveryAccount,
  ownRolesOf,
  roleArnsOf,
  sharedRoleName,
  signInAddress,
} from "../../infra/names.ts";
import type { Settings } from "../../infra/settings.ts";
import { accountsText } from "../accounts-text.ts";
import { keepFromGit } from "./keep-from-git.ts";
import { Failure } from "../failure.ts";
import { isTerminal } from "../terminal/stream.ts";
import { plainTable } from "../terminal/table.ts";
import { tell } from "../terminal/tell.ts";
import type { Handover } from "../results/add-developer.ts";

export interface AddedDeveloper {
  handover: Handover;
  /** The password, the file that has it, or why there is none to hand over. */
  password: { shown: string } | { file: string } | "not made" | "there already";
}

/**
 * The facts to hand over to a developer.
 *
 * @param guides the directory in which the developers' pages are, if they were written
 * @param unreached names of accounts in which no role could be made
 */
export function handoverOf(settings: Settings, userName: string, guides?: string, unreached: string[] = []): Handover {
  const own = ownRolesOf(settings, userName);
  const roles = Object.entries(roleArnsOf(settings, userName)).filter(
    ([account]) => own.includes(account) && !unreached.includes(account),
  );
  const accounts = entersEveryAccount(settings, userName) ? ("every" as const) : accountsOf(settings, userName);
  return {
    userName,
    signInAddress: signInAddress(settings),
    roles: Object.fromEntries(roles),
    ...(settings.roles === "shared" && { sharedRole: { name: sharedRoleName(settings), accounts } }),
    ...(guides !== undefined && { guide: guideFile(guides, userName) }),
  };
}

/** The file of a developer's page. */
export function guideFile(directory: string, userName: string): string {
  return join(directory, `${userName}.md`);
}

/** The page to hand over, with one-time passwords that are to be shown. What several developers have in common is printed once. */
export function handoverPage(developers: AddedDeveloper[]): string {
  const [first] = developers;
  if (first === undefined) return "";
  if (developers.length > 1) return severalPage(developers, first);
  const { userName, signInAddress, roles, sharedRole, guide } = first.handover;
  return page(`Hand over to ${userName}:`, [
    ["Sign-in address", signInAddress],
    ["User name", userName],
    ["One-time password", passwordText(userName, first.password)],
    ...(sharedRole === undefined
      ? roleRows(Object.entries(roles))
      : [["Role", sharedRoleText(sharedRole)] as [string, string]]),
    ["MFA device", `a virtual one named ${userName}; any other name is refused`],
    ["Instructions", guide === undefined ? `mfa-admin guide ${userName} prints them` : `in ${guide}`],
  ]);
}

function severalPage(
  developers: AddedDeveloper[],
  { handover: { signInAddress, roles, sharedRole, guide } }: AddedDeveloper,
): string {
  const accounts = Object.keys(roles);
  const rows = developers.map(({ handover: { userName, roles }, password }) => [
    userName,
    passwordCell(password),
    sharedRole?.name ?? roleNameIn(roles),
  ]);
  return [
    page(`Hand over to ${developers.length} developers:`, [
      ["Sign-in address", signInAddress],
      [
        "Roles",
        sharedRole === undefined
          ? `as below, in ${accountsText(accounts, accounts.length)}`
          : sharedRoleText(sharedRole),
      ],
      ["MFA device", "a virtual one named as the user; any other name is refused"],
      [
        "Instructions",
        guide === undefined ? "mfa-admin guide NAME prints them" : `in ${dirname(guide)}, a page for each`,
      ],
    ]),
    plainTable(["User name", "One-time password", "Role"], rows),
    ...passwordNotes(developers),
  ].join("\n\n");
}

/** The text of a shared role: "developer in every account", "developer in sandbox, payments". */
function sharedRoleText({ name, accounts }: NonNullable<Handover["sharedRole"]>): string {
  return `${name} in ${accounts === "every" ? "every account" : accountsText(accounts, accounts.length)}`;
}

function passwordCell(password: AddedDeveloper["password"]): string {
  if (password === "not made") return "none yet";
  if (password === "there already") return "there already";
  return "file" in password ? "in the file" : password.shown;
}

/** Notes on the passwords, each printed once. */
function passwordNotes(developers: AddedDeveloper[]): string[] {
  const [passwords, notes] = [developers.map(({ password }) => password), new Set<string>()];
  for (const password of passwords) {
    if (password === "there already") continue;
    if (password === "not made") {
      notes.add("Stdout is no terminal. Run mfa-admin reset-password NAME on one for the one-time passwords.");
    } else if ("file" in password) notes.add(`The one-time passwords are in ${password.file}.`);
    else notes.add("The one-time passwords are to be changed at the first sign-in, and not shown again.");
  }
  return [...notes];
}

function page(title: string, rows: [string, string][]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return [title, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join("\n");
}

/** A row per role, or one row for many roles: the developer's page lists them all. */
function roleRows(roles: [string, string][]): [string, string][] {
  const accounts = roles.map(([account]) => account);
  const text = accountsText(accounts, accounts.length);
  if (text === accounts.join(", ")) return roles.map(([account, arn]) => [`Role in ${account}`, arn]);
  return [["Role", `${roleNameIn(Object.fromEntries(roles))} in ${text}`]];
}

function roleNameIn(roles: Handover["roles"]): string {
  return Object.values(roles)[0]?.replace(/^.*\//, "") ?? "none";
}

export function passwordText(userName: string, password: AddedDeveloper["password"]): string {
  if (password === "not made")
    return `none yet: stdout is no terminal. Run mfa-admin reset-password ${userName} on one.`;
  if (password === "there already") return "the one that the user has already";
  if ("file" in password) return `in ${password.file}`;
  return `${password.shown}  (to be changed at the first sign-in; not shown again)`;
}

/** Refuses a file that exists, or cannot be made, before anything is changed. */
export async function ensureNewFile(path: string): Promise<void> {
  const remedy = "Name a new file in --password-file.";
  if (existsSync(path)) throw new Failure(`${path} is there already.`, remedy);
  const directory = dirname(path);
  if (!existsSync(directory)) {
    throw new Failure(`${path} cannot be written: there is no directory ${directory}.`, remedy);
  }
  await requireWritable(directory, path, remedy);
  if (await keepFromGit(path)) {
    tell(`${path} is in a git repository, and was put into its .git/info/exclude: nothing takes the passwords up.`);
  }
}

/** Refuses a directory in which nothing can be written, before anything is changed. */
async function requireWritable(directory: string, path: string, remedy: string): Promise<void> {
  try {
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new Failure(`${path} cannot be written: ${(error as Error).message}.`, remedy, { cause: error });
  }
}

/** Refuses a directory that does not exist and cannot be made, or that cannot be written to, before anything is changed. */
export async function requireMakeable(directory: string, remedy: string): Promise<void> {
  let existing = resolve(directory);
  while (!existsSync(existing)) existing = dirname(existing);
  if (statSync(existing).isDirectory()) return requireWritable(existing, directory, remedy);
  throw new Failure(`${directory} cannot be written: ${existing} is not a directory.`, remedy);
}

/** Writes `NAME:PASSWORD` lines into a new file that only its owner can read. */
export async function writePasswordFile(path: string, passwords: Map<string, string | undefined>): Promise<void> {
  const lines = [...passwords].flatMap(([name, password]) => (password === undefined ? [] : [`${name}:${password}\n`]));
  try {
    await writeFile(path, lines.join(""), { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new Failure(
      `The one-time passwords could not be written: ${error instanceof Error ? error.message : String(error)}.`,
      `Make new ones: ${[...passwords.keys()].map((name) => `mfa-admin reset-password ${name}`).join("; ")}.`,
      { cause: error },
    );
  }
}

/** Refuses a run whose one-time passwords could go to a pipe or a log only: they go to a terminal or into a file. */
export function requirePlaceForPassword(file: string | undefined, json: boolean): void {
  if (file !== undefined || (!json && isTerminal(process.stdout))) return;
  throw new Failure("A one-time password is shown on a terminal only.", "Add --password-file FILE.");
}
