/** The Pulumi CLI: found, downloaded or built. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { builtPulumiVersion, pulumiRoot, pulumiRoots, sdkPulumiVersion } from "./cache.js";
import { build, goVersion, moduleDirectory, whyNotGo } from "./go.js";
import { Problem } from "./problem.js";
import { say, step } from "./progress.js";
import { run, which } from "./run.js";
import { checkout, withWorkspace } from "./workspace.js";

/** @type {import("./go.js").Program} */
export const pulumiProgram = {
  what: `the Pulumi CLI ${builtPulumiVersion}`,
  module: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  version: builtPulumiVersion,
  versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
  to: join(pulumiRoot(), "bin", "pulumi"),
  minutesOnTwoCores: 5,
  prepare: readWordListsLater,
};

export const pulumiEnvironment = { PULUMI_SKIP_UPDATE_CHECK: "true" };

/**
 * The Pulumi CLI that the product will find as well: on PATH, in Pulumi's own directory or in the cache.
 * @returns {Promise<{ command: string, version: string } | undefined>}
 */
export async function findPulumi() {
  const candidates = [which("pulumi"), ...pulumiRoots().map((root) => join(root, "bin", "pulumi"))];
  for (const command of candidates) {
    if (command === undefined || !existsSync(command)) continue;
    const { ok, stdout } = await run(command, ["version"], { env: pulumiEnvironment });
    if (ok) return { command, version: stdout.trim().replace(/^v/, "") };
  }
  return undefined;
}

/** @param {boolean} online whether Pulumi's downloads can be reached */
export async function installPulumi(online) {
  if (online && (await download())) return;
  const obstacle = await whyNotGo(pulumiProgram.module);
  if (obstacle !== undefined) {
    const reach = online ? "its download failed" : "get.pulumi.com can not be reached";
    throw new Problem(
      `The Pulumi CLI is not installed, ${reach}, and it can not be built from source because ${obstacle}. ` +
        `Install Pulumi (https://www.pulumi.com/docs/install/), or Go ${goVersion(pulumiProgram.module)} or newer ` +
        `(https://go.dev/dl/), and run this again.`,
    );
  }
  await build(pulumiProgram);
}

/**
 * Whether Pulumi's downloads can be reached; some networks drop the request. The reason is printed, since a proxy may have refused.
 * @returns {Promise<boolean>}
 */
export async function canReachPulumi() {
  const question = `
    const last = (error) => (error.cause instanceof Error ? last(error.cause) : error);
    fetch("https://get.pulumi.com/install.sh", { method: "HEAD" })
      .then((answer) => answer.ok ? undefined : "it answered " + answer.status, (error) => last(error).message)
      .then((reason) => { console.log(reason ?? ""); process.exitCode = reason === undefined ? 0 : 1; });
  `;
  const { ok, stdout } = await run(recentNode(), ["--use-env-proxy", "-e", question], { timeout: 5_000 });
  // The reason is taken from stdout alone: Node prints a proxy address that it cannot parse, password included, on stderr.
  if (!ok)
    say(`It can not be reached: ${stdout.trim() || "no answer in 5 s, or HTTPS_PROXY is not the address of a proxy"}.`);
  return ok;
}

const estimator = "github.com/ccojocar/zxcvbn-go";

/**
 * The files of the estimator of passwords that read its word lists, each with what is replaced in it. They do so when the program starts,
 * which takes longer than all else of the start. The estimator itself loads what is not loaded yet.
 * @type {Record<string, [string, string][]>}
 */
const later = {
  "frequency/frequency.go": [["func init() {", "func Load() {"]],
  "matching/matching.go": [
    ["func init() {\n\tloadFrequencyList()\n}\n", ""],
    ["func loadFrequencyList() {\n", "func loadFrequencyList() {\n\tfrequency.Load()\n"],
  ],
};

/**
 * @param {string} path of a file of the estimator
 * @param {Buffer} content
 * @returns {string | Buffer}
 */
function edited(path, content) {
  const edits = later[path] ?? [];
  return edits.reduce((text, [before, after]) => {
    if (!text.includes(before)) throw new Error(`${estimator}/${path} has no "${before}".`);
    return text.toString().replace(before, after);
  }, /** @type {string | Buffer} */ (content));
}

/**
 * Has the CLI read the word lists when it estimates a password, which `pulumi config set` alone does.
 * @param {string} source
 * @param {import("./go.js").Go} go
 */
async function readWordListsLater(source, go) {
  const original = await moduleDirectory(go, estimator);
  const copy = join(source, "estimator");
  // Files and directories of the module cache are read-only, and copies that keep that could not be removed.
  for (const entry of readdirSync(original, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = relative(original, join(entry.parentPath, entry.name));
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), edited(path, readFileSync(join(original, path))));
  }
  await go(["mod", "edit", "-replace", `${estimator}=./estimator`]);
}

/** @returns {Promise<boolean>} whether it succeeded */
async function download() {
  /** @type {boolean} */
  const downloaded = await step(`Downloading the Pulumi CLI ${sdkPulumiVersion}`, (progress) =>
    withWorkspace((workspace) => downloadThrough(workspace, progress)),
  );
  if (!downloaded) say("Building it instead.");
  return downloaded;
}

/**
 * @param {string} workspace
 * @param {import("./progress.js").Step} progress
 * @returns {Promise<boolean>}
 */
async function downloadThrough(workspace, progress) {
  const root = join(workspace, "pulumi");
  const script = join(checkout, "toolchain", "download.js");
  const { ok, tail } = await run(recentNode(), ["--use-env-proxy", script, root], { timeout: 15 * 60_000 });
  if (!ok) {
    progress.note(`The download failed:\n${tail}`);
    return false;
  }
  const place = pulumiRoot(sdkPulumiVersion);
  // A CLI that is there already does not run, or it would have been found.
  rmSync(place, { recursive: true, force: true });
  renameSync(root, place);
  return true;
}

/** @returns {string} the path of the Node from the npm packages: the one that runs this may be too old for Pulumi's SDK */
function recentNode() {
  const local = join(checkout, "node_modules", ".bin", "node");
  return existsSync(local) ? local : process.execPath;
}
