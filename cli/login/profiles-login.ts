import { requireProfileName } from "../aws-files/profiles.ts";
import { login, type LoggedIn, type LoginOptions } from "./login.ts";
import type { Session } from "./memory.ts";
import { loginProfiles, ensureFreeProfiles, writeProfiles } from "./profile.ts";

/** What a login has written. */
export interface ProfilesLogin extends Pick<LoggedIn, "refused"> {
  byProfile: Record<string, Session>;
  /** Profiles that were another account's until now, and which. */
  before: Record<string, string>;
}

/** Logs in, and writes the sessions into the profile that is named; of several accounts, each into one of its own. */
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
