import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { lock } from "proper-lockfile";

/** The variable that names the directory which the processes of one mocha run share. */
const variable = "MFA_ADMIN_MADE_ONCE";

/** Sets the variable. Mocha's main process calls this before any test, and worker processes inherit it. */
export function mochaGlobalSetup(): void {
  process.env[variable] = newDirectory();
}

export function mochaGlobalTeardown(): void {
  rmSync(process.env[variable] ?? "", { recursive: true, force: true });
}

const made = new Map<string, Promise<string>>();

/**
 * A directory to copy from, made by the first caller that asks for it. It is deleted at the end of the mocha run, so it is never older than
 * the code that has made it.
 *
 * @param key identifies the directory
 * @param make fills the directory
 */
export function madeOnce(key: string, make: (directory: string) => Promise<void>): Promise<string> {
  const already = made.get(key);
  if (already !== undefined) return already;
  const making = makeOnce(createHash("sha256").update(key).digest("hex").slice(0, 16), make);
  made.set(key, making);
  return making;
}

async function makeOnce(name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const directory = join((process.env[variable] ??= newDirectory()), name);
  if (existsSync(directory)) return directory;
  const release = await lock(directory, {
    realpath: false,
    stale: 60_000,
    retries: { retries: 1000, minTimeout: 50, maxTimeout: 200 },
  });
  try {
    // The directory gets its name when it is complete.
    if (!existsSync(directory)) {
      const partial = `${directory}.partial`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial);
      await make(partial);
      await rename(partial, directory);
    }
  } finally {
    await release();
  }
  return directory;
}

/** Makes a directory, and deletes it when this process exits: outside of mocha nothing else does. */
function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "mfa-admin-made-once-"));
  process.once("exit", () => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
