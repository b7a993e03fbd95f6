import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { lock } from "proper-lockfile";

/** Names the directory that the processes of one run of mocha share. */
const variable = "MFA_ADMIN_MADE_ONCE";

/** Mocha's main process calls this before any test: workers, which are processes of their own, inherit the name. */
export function mochaGlobalSetup(): void {
  process.env[variable] = newDirectory();
}

export function mochaGlobalTeardown(): void {
  rmSync(process.env[variable] ?? "", { recursive: true, force: true });
}

const made = new Map<string, Promise<string>>();

/**
 * A directory to copy from, made by the first that asks for it. It lives as long as the run of mocha, so it is never older
 * than the code that has made it.
 *
 * @param key tells it from others
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
    // The name appears when all is there.
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

/** Outside of mocha it is the process that takes it away. */
function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "mfa-admin-made-once-"));
  process.once("exit", () => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
