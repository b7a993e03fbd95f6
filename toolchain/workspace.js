/** The checkout, and the place where things are made before they are moved, complete, to where they are looked for. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toolchainDirectory } from "./cache.js";

export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Gives `work` an empty directory on the same file system as the cache, so that a rename moves things out of it. It is
 * removed afterwards; what a crash has left behind is removed here as well. To be called with the toolchain's lock held.
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
