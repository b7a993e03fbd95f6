import { lock } from "proper-lockfile";

import { Failure } from "../failure.ts";

/** A lock whose process has died is taken over after this time, in milliseconds. */
const stale = 10_000;

/**
 * Runs `act` while no other mfa-admin process holds the lock of the same file. The file need not exist.
 *
 * @param onWait called once when another process holds the lock and has to be waited for
 * @throws Failure where that process has not released it after twelve minutes
 */
export async function withFileLock<T>(path: string, act: () => Promise<T>, onWait?: () => void): Promise<T> {
  let release = await attempt(path, 0);
  if (release === undefined) {
    onWait?.();
    release = await attempt(path, 3600);
  }
  if (release === undefined) {
    throw new Failure(
      `Another process has kept ${path} locked for some minutes.`,
      "Answer or end the mfa-admin that is open on another terminal, and run the command again.",
    );
  }
  try {
    return await act();
  } finally {
    // The release fails where another process has taken the lock over (see below); `act` has finished all the same.
    await release().catch(() => undefined);
  }
}

async function attempt(path: string, retries: number): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(path, {
      stale,
      realpath: false,
      retries: { retries, minTimeout: 50, maxTimeout: 200 },
      // Another process has taken the lock over while this one, or the whole machine, was asleep. By default that ends the process.
      onCompromised: () => undefined,
    });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ELOCKED") return undefined;
    // Where no lock can be made beside the file, no process can hold one: `act` runs without.
    if (/^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|ENOENT|ELOOP|ENAMETOOLONG)$/.test(code))
      return () => Promise.resolve();
    throw error;
  }
}
