import { expect } from "chai";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Compares a text with the approved golden file. With `UPDATE_GOLDEN` set it writes the file instead: review the difference before you
 * commit it.
 *
 * @param path relative to the root of the repository
 */
export async function expectGolden(path: string, text: string): Promise<void> {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  if (process.env["UPDATE_GOLDEN"]) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  expect(text).to.equal(await readFile(file, "utf8"));
}
