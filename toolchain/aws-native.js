/** Pulumi's plugin for AWS Cloud Control: downloaded by the Pulumi CLI, or built. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  awsNativeBuildDirectory,
  builtAwsNativeVersion,
  installedAwsNativeVersion,
  pluginDirectory,
  sdkAwsNativeVersion,
} from "./cache.js";
import { build, goVersion, moduleDirectory, whyNotGo } from "./go.js";
import { Problem } from "./problem.js";
import { say, step } from "./progress.js";
import { pulumiEnvironment } from "./pulumi.js";
import { run } from "./run.js";
import { withWorkspace } from "./workspace.js";

const provider = "github.com/pulumi/pulumi-aws-native/provider";
const binary = "pulumi-resource-aws-native";
const stalledAfter = 30_000;

/** @type {import("./go.js").Program} */
export const awsNativeProgram = {
  what: `the plugin aws-native ${builtAwsNativeVersion}`,
  module: "aws-native",
  package: ".",
  version: builtAwsNativeVersion,
  versionVariable: `${provider}/pkg/version.Version`,
  to: join(awsNativeBuildDirectory(), binary),
  minutesOnTwoCores: 3,
  prepare: addSchema,
};

/** @returns {boolean} */
export function isAwsNativeBuilt() {
  return existsSync(awsNativeProgram.to);
}

/**
 * @param {string} pulumi the Pulumi CLI
 * @param {boolean} online whether Pulumi's downloads can be reached
 */
export async function installAwsNative(pulumi, online) {
  if (online && (await download(pulumi))) return;

  if (!isAwsNativeBuilt()) {
    const obstacle = await whyNotGo(awsNativeProgram.module);
    if (obstacle !== undefined) {
      const reach = online ? "its download failed" : "get.pulumi.com can not be reached";
      throw new Problem(
        `Pulumi's plugin aws-native is not installed, ${reach}, and it can not be built from source because ${obstacle}. ` +
          `Install it with "pulumi plugin install resource aws-native ${sdkAwsNativeVersion}" where there is a way to the ` +
          `internet, or install Go ${goVersion(awsNativeProgram.module)} or newer (https://go.dev/dl/), and run this again.`,
      );
    }
    await build(awsNativeProgram);
  }

  const args = [
    "plugin",
    "install",
    "resource",
    "aws-native",
    builtAwsNativeVersion,
    "--file",
    awsNativeBuildDirectory(),
  ];
  const { ok, tail } = await run(pulumi, args, { env: pulumiEnvironment });
  if (!ok || installedAwsNativeVersion() === undefined) {
    throw new Problem(
      `Pulumi could not install its plugin aws-native into ${pluginDirectory(builtAwsNativeVersion)}. ` +
        `Correct what it says, and run this again:\n${tail}`,
    );
  }
}

/**
 * The plugin's main package embeds its schema, which is in the Go module as plain JSON, and its metadata. Every process of the plugin reads
 * all metadata when it starts, so they are stored in a form that is read in half the time and a quarter less memory: without
 * descriptions, which are for people, and uncompressed.
 * @param {string} source
 * @param {import("./go.js").Go} go
 */
async function addSchema(source, go) {
  const directory = await moduleDirectory(go, provider);
  /** @param {string} name */
  const read = (name) => readFileSync(join(directory, "cmd", binary, name), "utf8");
  writeFileSync(join(source, "schema.json.gz"), gzipSync(read("schema.json")));
  writeFileSync(join(source, "metadata.json.gz"), gzipSync(withoutDescriptions(read("metadata.json")), { level: 0 }));
}

/** @typedef {Record<string, { description?: string }>} Properties */
/** @typedef {Record<string, Record<string, { inputs?: Properties, outputs?: Properties, properties?: Properties }>>} Metadata */

/**
 * @param {string} text the plugin's metadata
 * @returns {string} the same without the descriptions of properties
 */
function withoutDescriptions(text) {
  /** @type {unknown} */
  const parsed = JSON.parse(text);
  const metadata = /** @type {Metadata} */ (parsed);
  for (const { inputs, outputs, properties } of Object.values(metadata).flatMap((kind) => Object.values(kind))) {
    for (const map of [inputs, outputs, properties]) {
      for (const property of Object.values(map ?? {})) delete property.description;
    }
  }
  return JSON.stringify(metadata);
}

/**
 * @param {string} pulumi
 * @returns {Promise<boolean>} whether it succeeded
 */
async function download(pulumi) {
  /** @type {boolean} */
  const downloaded = await step(`Downloading the plugin aws-native ${sdkAwsNativeVersion}`, (progress) =>
    withWorkspace((workspace) => downloadThrough(workspace, pulumi, progress)),
  );
  if (!downloaded) say("Building it instead.");
  return downloaded;
}

/**
 * Pulumi shows no progress where there is no terminal, but the temporary file that it downloads to can be watched.
 * @param {string} workspace
 * @param {string} pulumi
 * @param {import("./progress.js").Step} progress
 * @returns {Promise<boolean>}
 */
async function downloadThrough(workspace, pulumi, progress) {
  const stalled = new AbortController();
  let [size, grown] = [0, Date.now()];
  const watch = setInterval(() => {
    const now = sizeOf(workspace);
    if (now !== size) [size, grown] = [now, Date.now()];
    else if (Date.now() - grown > stalledAfter) stalled.abort();
    progress.detail(`${Math.round(size / 1_000_000)} MB`);
  }, 1_000);
  const args = ["plugin", "install", "resource", "aws-native", sdkAwsNativeVersion];
  const env = { ...pulumiEnvironment, TMPDIR: workspace };
  const { ok, tail } = await run(pulumi, args, { env, signal: stalled.signal });
  clearInterval(watch);
  if (!ok) progress.note(`The download ${stalled.signal.aborted ? "came to a standstill" : "failed"}:\n${tail}`);
  return ok;
}

/**
 * @param {string} directory
 * @returns {number} the size of the files in it
 */
function sizeOf(directory) {
  const sizes = readdirSync(directory).map(
    (name) => statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
