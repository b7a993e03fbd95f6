/** Builds a program from a Go module in this directory, with the versions and checksums that its go.mod and go.sum fix. */
import { cpSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Problem } from "./problem.js";
import { step } from "./progress.js";
import { run, which } from "./run.js";
import { checkout, withWorkspace } from "./workspace.js";

/**
 * @typedef {object} Program
 * @property {string} what for people, such as `the Pulumi CLI 3.256.0`
 * @property {string} module directory in toolchain/ with go.mod and go.sum
 * @property {string} package import path of the main package
 * @property {string} version
 * @property {string} versionVariable the Go variable that is told the version
 * @property {string} to the path of the program built
 * @property {number} minutesOnTwoCores how long it takes with empty caches, measured
 * @property {(source: string, go: Go) => Promise<void>} [prepare] adds what the build needs to the module's copy
 */

/** @typedef {(args: string[], onLine?: (line: string) => void) => Promise<string>} Go runs the go command, returns its stdout */

/**
 * @param {string} module
 * @returns {Promise<string | undefined>} why the module can not be built here, as the end of a sentence
 */
export async function whyNotGo(module) {
  const directory = join(checkout, "toolchain", module);
  const go = which("go");
  const wanted = goVersion(module);
  if (go === undefined) return "Go is not installed";
  // The directory matters: the go command may fetch the version that go.mod asks for, if GOTOOLCHAIN tells it to.
  const { ok, stdout } = await run(go, ["version"], { cwd: directory, env: { GOWORK: "off" } });
  const found = /go(\d+(?:\.\d+)*)/.exec(stdout.replace(/^go version /, ""))?.[1];
  if (!ok || found === undefined) return "Go does not run";
  return compare(found, wanted) < 0 ? `Go ${found} is too old` : undefined;
}

/**
 * @param {string} module
 * @returns {string} the oldest version of Go that builds it
 */
export function goVersion(module) {
  const text = readFileSync(join(checkout, "toolchain", module, "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "1.25";
}

/**
 * @param {Go} go
 * @param {string} module a Go module that this build needs
 * @returns {Promise<string>} its directory in the module cache, where it is put unless it is there; the files are read-only
 */
export async function moduleDirectory(go, module) {
  await go(["mod", "download", module]);
  return (await go(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module])).trim();
}

/** @param {Program} program */
export async function build(program) {
  await step(`Building ${program.what}`, (progress) =>
    withWorkspace(async (workspace) => {
      const source = join(workspace, "source");
      cpSync(join(checkout, "toolchain", program.module), source, { recursive: true });

      const env = { GOWORK: "off", GOTMPDIR: workspace, CGO_ENABLED: "0" };
      /** @type {Go} */
      const go = async (args, onLine) => {
        const result = await run("go", args, { cwd: source, env, ...(onLine && { onLine }) });
        if (result.ok) return result.stdout;
        throw new Problem(
          `${capitalized(program.what)} could not be built: "go ${args[0] ?? ""}" failed. ` +
            `Correct what it says, and run this again: what was compiled so far is kept.\n${result.tail}`,
        );
      };

      let fetched = 0;
      /** @param {string} line */
      const countModules = (line) => {
        if (line.startsWith("go: downloading ")) progress.detail(`fetching sources, ${++fetched} modules`);
      };
      progress.detail("fetching sources");
      await program.prepare?.(source, (args) => go(args, countModules));
      // Only stale packages are counted: others were compiled for another program, or before an interruption.
      const stale = ["-trimpath", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"];
      const list = await go(["list", "-mod=readonly", ...stale, program.package], countModules);
      const packages = list.split("\n").filter(Boolean).length;

      let compiled = 0;
      progress.detail("compiling");
      const output = join(workspace, basename(program.to));
      const flags = `-s -w -X ${program.versionVariable}=${program.version}`;
      // -v prints each package as it is compiled. The flags are arguments, since GOFLAGS may hold the user's own.
      const args = ["-v", "-trimpath", "-mod=readonly", "-buildvcs=false", "-ldflags", flags, "-o", output];
      await go(["build", ...args, program.package], () => {
        compiled++;
        progress.detail(compiled < packages ? `compiling, ${compiled} of ${packages} packages` : "linking");
      });

      mkdirSync(dirname(program.to), { recursive: true });
      renameSync(output, program.to);
    }),
  );
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {number} negative if `one` is the older version
 */
function compare(one, other) {
  const [left, right] = [one.split(".").map(Number), other.split(".").map(Number)];
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * @param {string} text
 * @returns {string}
 */
function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
