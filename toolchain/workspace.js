/** The checkout, and the directory in which files are made before they are moved, complete, to their place. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toolchainDirectory } from "./cache.js";

export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Gives `work` an empty directory on the file system of the cache, so that a rename moves files out of it. The directory is removed
 * afterwards, and the leftovers of a crash are removed at the start. The caller must hold the toolchain's lock.
 * @template T
 * @param {(directory: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withWorkspace(work) {
  const parent = join(toolchainDirectory(), "partial");
  const remove = () => {
    rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
  };
  remove();
  mkdirSync(parent, { recursive: true });
  process.once("exit", remove);
  try {
    return await work(mkdtempSync(join(parent, "build-")));
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
}
