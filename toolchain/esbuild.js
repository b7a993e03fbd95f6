/** How esbuild makes what Node runs, of the product's sources and of the packages that it puts in with them. */

/**
 * Where `import` takes one of these, Node reads everything that it exports, and loads a whole `fetch` for that, which takes 45 ms.
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
  // A dynamic import of a CommonJS module would have no names.
  mainFields: ["module", "main"],
  // oclif compiles the commands of a plugin under development with it.
  external: ["typescript"],
  plugins: [httpWithoutFetch],
  legalComments: "none",
  logLevel: "warning",
  // What is there for CommonJS alone.
  banner: {
    js:
      'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' +
      "globalThis.__filename ??= import.meta.filename; globalThis.__dirname ??= import.meta.dirname;",
  },
};

/** What the product has of the set-up. */
export const tools = ["toolchain/cache.js", "toolchain/developer-commands.js"];
