import { mkdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import type { Administrator } from "./harness.ts";

/** The directory in which Pulumi keeps the locks of the stack "main", in a directory or a bucket of states. */
export const locksOfMain = join(".pulumi", "locks", "organization", "mfa-admin", "main");

/** The same in the state directory of an administrator. */
export function lockDirectory({ stateDirectory }: Pick<Administrator, "stateDirectory">): string {
  return join(stateDirectory, locksOfMain);
}

/**
 * Does something while the lock of the stack "main" is held by another living run on this machine, as Pulumi's file backend writes it.
 *
 * @param whileLocked is given a function that releases the lock early
 */
export async function underLock<T>(
  admin: Pick<Administrator, "stateDirectory">,
  whileLocked: (release: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const directory = lockDirectory(admin);
  const file = join(directory, "11111111-1111-1111-1111-111111111111.json");
  const holder = { pid: process.pid, username: "x", hostname: hostname(), timestamp: new Date().toISOString() };
  const release = (): Promise<void> => rm(file, { force: true });
  await mkdir(directory, { recursive: true });
  await writeFile(file, JSON.stringify(holder));
  try {
    return await whileLocked(release);
  } finally {
    await release();
  }
}
