import { lock } from "proper-lockfile";

/** A lock whose process has died is taken over after this time, in milliseconds. */
const stale = 10_000;

/**
 * Does something while no other mfa-admin does anything with the same file, which need not be there.
 *
 * @param onWait called once when somebody else has the lock and has to be waited for
 */
export async function withFileLock<T>(path: string, act: () => Promise<T>, onWait?: () => void): Promise<T> {
  let release = await attempt(path, 0);
  if (release === undefined) {
    onWait?.();
    release = await attempt(path, 3600);
  }
  if (release === undefined) throw new Error(`another process keeps ${path} locked`);
  try {
    return await act();
  } finally {
    // It may not be ours any more (see below); what was to be done is done all the same.
    await release().catch(() => undefined);
  }
}

async function attempt(path: string, retries: number): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(path, {
      stale,
      realpath: false,
      retries: { retries, minTimeout: 50, maxTimeout: 200 },
      // Somebody has taken it over while this process, or the whole machine, was asleep. By default that ends the process.
      onCompromised: () => undefined,
    });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ELOCKED") return undefined;
    // Where nothing can be made beside the file, nobody can keep the others waiting.
    if (/^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|ENOENT|ELOOP|ENAMETOOLONG)$/.test(code))
      return () => Promise.resolve();
    throw error;
  }
}
