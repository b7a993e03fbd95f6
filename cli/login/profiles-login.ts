import { requireProfileName } from "../aws-files/profiles.ts";
import { login, type LoggedIn, type LoginOptions } from "./login.ts";
import { sixDigits } from "./code.ts";
import { loginJson, loginSummary } from "./login-summary.ts";
import type { Session } from "./memory.ts";
import { ensureFreeProfiles, loginProfiles, writeProfiles } from "./profile.ts";
import type { LoginResult } from "../results/login.ts";
import type { Printer } from "../terminal/printer.ts";

/** The sessions that a login has written, by profile. */
export interface ProfilesLogin extends Pick<LoggedIn, "refused"> {
  byProfile: Record<string, Session>;
  /** Profiles that had another account's session until now, and that account. */
  before: Record<string, string>;
}

/**
 * Logs in into profiles, with the code as it was typed, and prints the result.
 *
 * @returns the value for `--json`, and whether every account was logged in to
 */
export async function logIn(
  profile: string,
  { typed, ...options }: Omit<LoginOptions, "code"> & { typed: string[] | undefined },
  printer: Printer,
): Promise<{ result: LoginResult; isWhole: boolean }> {
  const code = typed === undefined ? undefined : sixDigits(typed.join(""));
  const found = await loginToProfiles(profile, { ...options, code });
  printer.log(loginSummary(found));
  for (const { account, reason } of found.refused) {
    const remedy = reason.remedy === undefined ? "" : ` ${reason.remedy}`;
    printer.logToStderr(`Not logged in to ${account}: ${reason.message}${remedy}`);
  }
  return { result: loginJson(found), isWhole: found.refused.length === 0 };
}

/** Logs in, and writes the session into the given profile; with `all`, each account's session into a profile of its own. */
export async function loginToProfiles(profile: string, options: LoginOptions): Promise<ProfilesLogin> {
  requireProfileName(profile);
  const profileOf = (account: string): string => (options.all ? `${profile}-${account}` : profile);
  const { sessions, refused } = await login(options, (accounts) =>
    ensureFreeProfiles(accounts.map(profileOf), (name) => accounts.find((account) => profileOf(account) === name)),
  );
  const accounts = new Map((await loginProfiles()).map((one) => [one.profile, one.account]));
  const byProfile = Object.fromEntries(sessions.map((session) => [profileOf(session.account), session]));
  await writeProfiles(byProfile);
  const before = Object.entries(byProfile).flatMap(([name, { account }]) => {
    const other = accounts.get(name) ?? account;
    return other === account ? [] : [[name, other] as const];
  });
  return { byProfile, refused, before: Object.fromEntries(before) };
}
