import { execFileSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/**
 * Builds the CLI before tests that run it, where a source is newer than the build, so that an edit is never tested with an older build.
 * Mocha's main process calls this once, before any test file is loaded.
 */
export function mochaGlobalSetup(): void {
  if (onlyUnitTests(process.argv.slice(2)) || isBuilt()) return;
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

const root = join(import.meta.dirname, "..", "..");

/** Whether only files outside of test/end-to-end were named, however their paths are written. */
export function onlyUnitTests(args: string[]): boolean {
  const named = args.map((arg) => resolve(root, arg.replace(/^--spec=/, "")));
  const files = named.filter((path) => path.endsWith(".test.ts") || existsSync(path));
  return files.length > 0 && files.every((file) => unit.test(relative(root, file)));
}

/** The path of unit tests. A pattern in place of a folder's name may stand for test/end-to-end, too. */
const unit = /^test\/(?:!\(end-to-end\)\/.*|(?!end-to-end\/)[\w-]+\/.*|[^/]+\.test\.ts)$/;

function isBuilt(): boolean {
  // This file is written last by a build.
  const manifest = join(root, "oclif.manifest.json");
  if (!existsSync(manifest)) return false;
  const sources = globSync(["cli/**/*.ts", "infra/**/*.ts", "bin/main.js", "toolchain/*.js", "package.json"], {
    cwd: root,
  });
  return sources.every((path) => statSync(join(root, path)).mtimeMs <= statSync(manifest).mtimeMs);
}
