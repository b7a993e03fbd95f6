import { type IAMClient, paginateListUsers } from "@aws-sdk/client-iam";

import { iamIn } from "../aws/clients.ts";
import { resetPassword, withoutPassword } from "../aws/one-time-password.ts";
import { doEach } from "../aws/do-each.ts";
import { noteLocked } from "../developers/locked-note.ts";
import { requireOwnUser } from "../developers/own-user.ts";
import type { Project } from "../project/project.ts";
import { requireInRoster } from "../project/roster.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { listed } from "../report/phrases.ts";
import { confirmChange } from "../terminal/ask.ts";
import {
  type AddedDeveloper,
  handoverOf,
  ensureNewFile,
  requirePlaceForPassword,
  writePasswordFile,
} from "./handover.ts";

export { handoverPage } from "./handover.ts";

export interface ResetPasswordsOptions {
  /** The developers; everybody on the roster without a password when left out. */
  names: string[] | undefined;
  /** The file for the passwords, which are shown otherwise. */
  passwordFile: string | undefined;
  yes: boolean;
  json: boolean;
}

/**
 * Gives developers one-time passwords for the console, first or new ones.
 *
 * @returns the facts to hand over; empty where all have a password already
 */
export async function resetPasswords(
  project: Project,
  file: SettingsFile,
  { names, passwordFile, yes, json }: ResetPasswordsOptions,
): Promise<AddedDeveloper[]> {
  const { settings } = file;
  if (names !== undefined) requireInRoster(file, names);
  requirePlaceForPassword(passwordFile, json);
  if (passwordFile !== undefined) await ensureNewFile(passwordFile);
  const iam = iamIn(settings.authAccount, settings);
  const chosen = names ?? (await withoutPassword(iam, await there(iam, Object.keys(settings.developers))));
  await doEach(chosen.map((name) => () => requireOwnUser(iam, project, settings, name)));
  const without = names === undefined ? chosen : await withoutPassword(iam, chosen);
  const replaced = chosen.filter((name) => !without.includes(name));
  if (replaced.length > 0) await confirmChange(`Replace ${passwordsOf(replaced)}?`, yes);
  const passwords = new Map<string, string>();
  try {
    await doEach(chosen.map((name) => async () => passwords.set(name, await resetPassword(iam, name))));
  } finally {
    // Passwords that were made are kept even if another one was refused.
    if (passwordFile !== undefined && passwords.size > 0) {
      await writePasswordFile(passwordFile, new Map(chosen.map((name) => [name, passwords.get(name)])));
    }
  }
  for (const name of chosen) await noteLocked(iam, name);
  return chosen.map((name) => ({
    handover: handoverOf(settings, name),
    password: passwordFile === undefined ? { shown: passwords.get(name) ?? "" } : { file: passwordFile },
  }));
}

function passwordsOf(names: string[]): string {
  return names.length === 1 ? `${names.join("")}'s password` : `the passwords of ${listed(names, (name) => name)}`;
}

/** The names that are users of the account. */
async function there(iam: IAMClient, names: string[]): Promise<string[]> {
  const users = new Set<string | undefined>();
  for await (const { Users = [] } of paginateListUsers({ client: iam }, {})) {
    for (const { UserName } of Users) users.add(UserName);
  }
  return names.filter((name) => users.has(name));
}
