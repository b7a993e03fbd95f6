import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

const cli = fileURLToPath(new URL("../../cli", import.meta.url));

/** The source files of the CLI whose text matches the pattern, as paths relative to cli. */
async function filesWith(pattern: RegExp): Promise<string[]> {
  const entries = await readdir(cli, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(({ name }) => name.endsWith(".ts"))
    .map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, "utf8") })));
  return texts
    .filter(({ text }) => pattern.test(text))
    .map(({ path }) => relative(cli, path))
    .sort();
}

describe("one place decides what the engine changes in AWS", () => {
  it("no other file has the engine apply or delete", async () => {
    expect(await filesWith(/\.(up|destroy|import)\(\{?|["'](up|destroy|import)["'],\s*["']--/)).to.eql([
      "engine/runs.ts",
    ]);
  });

  it("nothing starts such a run but what guards, shows and asks, or does a person's own part", async () => {
    expect(await filesWith(/\b(runUp|applySettings|runDestroy|runRemoval)\b/)).to.eql([
      "deploy/apply-settings.ts",
      "deploy/apply.ts",
      "deploy/destroy.ts",
      "deploy/own-part.ts",
      "engine/runs.ts",
    ]);
  });

  it("only add-developer, extend and remove-developer do a part", async () => {
    expect(await filesWith(/\b(addToStack|removeFromStack)\b/)).to.eql([
      "deploy/own-part.ts",
      "deploy/remove-developers.ts",
      "onboarding/add-developers.ts",
      "onboarding/extend.ts",
    ]);
  });
});
