/**
 * Compiles the product into `dist`, a file per source. npm packages are bundled into a few files of `dist/packages`: finding and loading
 * hundreds of their files takes longer than many commands run.
 */
import { globSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { forNode, tools } from "./esbuild.js";

const checkout = dirname(import.meta.dirname);

/**
 * Packages that are not bundled, but loaded as installed: Pulumi's, of which there must be one instance; AWS's, which are a file each; and
 * `open`, which starts a program from its own directory.
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

// Files of an earlier build would hide that this build lacks them.
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
  // Source maps are for debuggers, which find the sources in the checkout.
  sourcemap: true,
  sourcesContent: false,
});
