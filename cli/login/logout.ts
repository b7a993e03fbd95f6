import { forgetLogins } from "./memory.ts";
import { type LoginProfile, loginProfiles, removeLogins } from "./profile.ts";

/** Removes every profile that `login` has written, and all that is remembered of logins. */
export async function logout(cacheDirectory: string): Promise<LoginProfile[]> {
  const profiles = await loginProfiles();
  // A file that cannot be written keeps nobody from forgetting the rest.
  await forgetLogins(cacheDirectory);
  await removeLogins();
  return profiles;
}
