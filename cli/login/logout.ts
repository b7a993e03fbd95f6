import { forgetLogins } from "./memory.ts";
import { type LoginProfile, loginProfiles, removeLogins } from "./profile.ts";

/** Removes every profile that `login` has written, and all that is remembered of logins. */
export async function logout(cacheDirectory: string): Promise<LoginProfile[]> {
  const profiles = await loginProfiles();
  await removeLogins();
  await forgetLogins(cacheDirectory);
  return profiles;
}
