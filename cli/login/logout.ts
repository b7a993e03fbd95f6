import { Failure } from "../failure.ts";
import { forgetLogins } from "./memory.ts";
import { loginProfiles, removeLogins } from "./profile.ts";
import type { LoginProfile } from "../results/login.ts";

/** Removes every profile that `login` has written, and everything that is remembered of logins. */
export async function logout(cacheDirectory: string): Promise<LoginProfile[]> {
  const profiles = await loginProfiles();
  // The memory is removed first: a credentials file that cannot be written must not prevent that.
  await forgetLogins(cacheDirectory);
  try {
    await removeLogins();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const names = profiles.map(({ profile }) => profile).join(", ");
    throw new Failure(
      `${error.message}\nWhat was remembered of logins is forgotten; the sessions in these profiles go on until they are over: ${names}.`,
      error.remedy,
      { cause: error },
    );
  }
  return profiles;
}
