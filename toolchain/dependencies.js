/** The parts of the set-up that belong to a checkout: the npm packages and the compiled product. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./cache.js";
import { withLock } from "./lock.js";
import { Problem } from "./problem.js";
import { tools } from "./esbuild.js";
import { say, step } from "./progress.js";
import { run } from "./run.js";
import { checkout } from "./workspace.js";

const compiled = [
  ...["infra", "cli", "bin/main.js", ...tools, "toolchain/compile.js", "toolchain/esbuild.js"],
  ...["tsconfig.json", "tsconfig.build.json", "package.json"],
];
const dist = join(checkout, "dist");
const stamp = join(dist, ".sources");
const oldestNode = [22, 12];

export async function installPackages() {
  if (!packagesAreInstalled()) {
    await withCheckoutLock(async () => {
      if (packagesAreInstalled()) return;
      const { ok, tail } = await step("Installing the npm packages", () =>
        run("npm", ["ci", "--loglevel=error", "--no-audit", "--no-fund"], {
          cwd: checkout,
          // The set-up does the rest of npm's work itself: toolchain/prepare.js must not compile.
          env: { MFA_ADMIN_SET_UP: "1" },
        }),
      );
      if (!ok)
        throw new Problem(
          `The npm packages could not be installed. Correct what npm says, and run this again:\n${tail}`,
        );
    });
  }
  if (!existsSync(join(checkout, "node_modules", ".bin", "node")) && !isRecent(process.versions.node)) {
    throw new Problem(
      `Node ${process.versions.node} is too old, and the npm package "node", which brings a newer one, could not run its ` +
        `install script. Install Node ${oldestNode.join(".")} or newer (https://nodejs.org), or allow the script.`,
    );
  }
}

export async function compile() {
  if (isCompiled()) return;
  await withCheckoutLock(async () => {
    if (isCompiled()) return;
    const sources = hashOfSources();
    const started = Date.now();
    const { ok, tail } = await step("Compiling", () => run("npm", ["run", "--silent", "build"], { cwd: checkout }));
    if (!ok) throw new Problem(`The sources do not compile. Correct this, and run it again:\n${tail}`);
    // Files compiled from a deleted source are removed: oclif would still find them as commands, for instance.
    for (const file of filesBelow(dist)) {
      if (statSync(file).mtimeMs < started - 1_000) rmSync(file);
    }
    writeFileSync(stamp, sources);
  });
}

/**
 * Whether node_modules has what package-lock.json says. npm writes node_modules/.package-lock.json at the very end of an installation, so
 * an interrupted one does not count, and `npm install some-package` needs no second one.
 * @returns {boolean}
 */
function packagesAreInstalled() {
  const wanted = lockedPackages(join(checkout, "package-lock.json"));
  const installed = lockedPackages(join(checkout, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  return (
    Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
      const there = installed[path];
      // Optional packages for another operating system are not installed.
      if (there === undefined) return path === "" || optional === true;
      return there.version === version && there.integrity === integrity;
    }) && Object.keys(installed).every((path) => path in wanted)
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined}
 */
function lockedPackages(file) {
  try {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-member-access -- npm's file
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** @returns {boolean} */
function isCompiled() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hashOfSources();
}

/** @returns {string} */
function hashOfSources() {
  const hash = createHash("sha256");
  for (const file of compiled.flatMap((name) => filesBelow(join(checkout, name)))) {
    hash
      .update(`${file.slice(checkout.length)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]} the path itself if it is a file, all files below it if it is a directory, nothing if it is absent
 */
function filesBelow(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/** @param {() => Promise<void>} work */
function withCheckoutLock(work) {
  const name = createHash("sha256").update(checkout).digest("hex").slice(0, 16);
  const wait = () => {
    say("Waiting for another set-up in this directory to finish ...");
  };
  return withLock(join(cacheDirectory(), "locks", name), wait, work);
}

/**
 * @param {string} version
 * @returns {boolean}
 */
function isRecent(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldestNode;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
