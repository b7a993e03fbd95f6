/** esbuild's options for code that Node runs: the product's sources, and the packages bundled with them. */

/**
 * Replaces imports of `http` and `https`. For an import statement Node reads all of the module's exports, which loads its whole `fetch` and
 * takes 45 ms.
 *
 * @type {import("esbuild").Plugin}
 */
const httpWithoutFetch = {
  name: "http-without-fetch",
  setup(building) {
    building.onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind }) =>
      kind === "import-statement" ? { path: path.replace("node:", ""), namespace: "http-without-fetch" } : undefined,
    );
    building.onLoad({ filter: /.*/, namespace: "http-without-fetch" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("${path}");`,
    }));
  },
};

/** @satisfies {import("esbuild").BuildOptions} */
export const forNode = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  // A dynamic import of a CommonJS module would have no named exports.
  mainFields: ["module", "main"],
  // oclif loads it to compile the commands of a plugin under development.
  external: ["typescript"],
  plugins: [httpWithoutFetch],
  legalComments: "none",
  logLevel: "warning",
  // Names that CommonJS modules expect, and ES modules lack.
  banner: {
    js:
      'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' +
      "globalThis.__filename ??= import.meta.filename; globalThis.__dirname ??= import.meta.dirname;",
  },
};

/** Files of the set-up that the product uses. */
export const tools = ["toolchain/cache.js", "toolchain/developer-commands.js"];
