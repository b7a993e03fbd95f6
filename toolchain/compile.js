/**
 * Compiles the product into `dist`, a file per source. The packages of others go into a few files of `dist/packages` on the way: to
 * find and load hundreds of files of theirs takes longer than what many a command does.
 */
import { globSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { forNode, tools } from "./esbuild.js";

const checkout = dirname(import.meta.dirname);

/**
 * Pulumi's, of which there must be one, AWS's, which are a file each, and the one that starts a program of its own from beside
 * it: these are loaded as they are installed.
 */
const installed = ["@pulumi/*", "@aws-sdk/*", "@smithy/*", "open"];

/** @type {import("esbuild").Plugin} */
const filePerSource = {
  name: "file-per-source",
  setup(building) {
    building.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) =>
      kind === "entry-point" || resolveDir.includes("node_modules")
        ? undefined
        : { path: path.replace(/\.ts$/, ".js"), external: true },
    );
  },
};

// What is left of a build before this one would hide what this one lacks.
for (const directory of ["bin", "cli", "packages", "toolchain"]) {
  rmSync(join(checkout, "dist", directory), { recursive: true, force: true });
}
await build({
  ...forNode,
  absWorkingDir: checkout,
  entryPoints: [...globSync(["cli/**/*.ts", "infra/**/*.ts"], { cwd: checkout }), "bin/main.js", ...tools],
  outbase: ".",
  outdir: "dist",
  chunkNames: "packages/[name]-[hash]",
  external: [...forNode.external, ...installed],
  plugins: [filePerSource, ...forNode.plugins],
  // For debuggers; the sources are beside.
  sourcemap: true,
  sourcesContent: false,
});
