import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { transform } from "esbuild";

import { built, ownModules } from "./own-modules.ts";

/**
 * Writes the CLI's own modules as CommonJS, which `OwnModules` evaluates: Node keeps an ES module and its variables for as long as a
 * process lives.
 */
export async function writeAsCommonJs(directory: string): Promise<void> {
  await Promise.all(
    ownModules().map(async (file) => {
      const { code } = await transform(await readFile(join(built, file), "utf8"), {
        format: "cjs",
        platform: "node",
        supported: { "dynamic-import": false },
        define: { "import.meta": "importMeta" },
        // As ES modules always are.
        banner: '"use strict";',
      });
      await mkdir(dirname(join(directory, file)), { recursive: true });
      // What `require` returns here has the properties of an ES module already, and is not copied.
      await writeFile(join(directory, file), code.replaceAll("__toESM(require(", "(require("));
    }),
  );
}
