import { Failure } from "../failure.ts";
import { forgetLogins, loginsDirectory } from "./memory.ts";
import { loginProfiles, removeLogins } from "./profile.ts";
import type { LoginProfile } from "../results/login.ts";

/** Removes every profile that `login` has written, and everything that is remembered of logins. */
export async function logout(cacheDirectory: string): Promise<LoginProfile[]> {
  const profiles = await loginProfiles();
  // Neither place that cannot be written keeps the other from being emptied.
  const remembered = await failureOf(forgetLogins(cacheDirectory));
  const written = await failureOf(removeLogins());
  if (written !== undefined && !(written instanceof Failure)) throw written;
  const directory = loginsDirectory(cacheDirectory);
  const stays = remembered && `What is remembered of logins in ${directory} stays: ${remembered.message}.`;
  if (written !== undefined) {
    const names = profiles.map(({ profile }) => profile).join(", ");
    const begins = stays === undefined ? "What was remembered of logins is forgotten; the" : `${stays} The`;
    throw new Failure(
      `${written.message}\n${begins} sessions in these profiles go on until they are over: ${names}.`,
      written.remedy,
      { cause: written },
    );
  }
  if (stays !== undefined) {
    throw new Failure(
      `${stays} The sessions in your profiles are removed.`,
      `Delete ${directory}, or make it writable for you and run mfa-admin logout again.`,
      { cause: remembered },
    );
  }
  return profiles;
}

/** The error of what could not be done; undefined where it was. */
async function failureOf(act: Promise<void>): Promise<Error | undefined> {
  return act.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
}
