/**
 * Makes a checkout ready to run: `npm run setup`, and by itself before `npm start` and `npm test`. Does only what has not
 * been done. Runs on Node 20 with nothing installed, so that it can bring what is newer.
 *
 *   --test      also what only the tests need: the AWS CLI, and moto
 *   --offline   try no download from Pulumi, only package registries
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { awsNativeProgram, installAwsNative, isAwsNativeBuilt } from "./aws-native.js";
import { findAwsCli, installAwsCli } from "./awscli.js";
import { cacheDirectory, installedAwsNativeVersion } from "./cache.js";
import { compile, installPackages } from "./dependencies.js";
import { whyNotGo } from "./go.js";
import { withLock } from "./lock.js";
import { findMoto, installMoto } from "./moto.js";
import { Problem } from "./problem.js";
import { say, silence } from "./progress.js";
import { canReachPulumi, findPulumi, installPulumi, pulumiProgram } from "./pulumi.js";
import { stopAll } from "./run.js";

const flags = { test: false, offline: false };

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.once(signal, () => {
    silence();
    say("\nStopped. Run it again to continue.");
    void stopAll().then(() => process.exit(signal === "SIGINT" ? 130 : 143));
  });
}

try {
  readFlags();
  await installPackages();
  await compile();
  const { pulumi, plugin } = await once(findToolchain, installToolchain);
  if (flags.test) {
    await once(findAwsCli, installAwsCli);
    await once(findMoto, installMoto);
  }
  say(`Ready: Pulumi ${pulumi.version} with its plugin aws-native ${plugin}.`);
} catch (error) {
  if (error instanceof Problem) say(`\n${error.message}`);
  else console.error(error);
  process.exitCode = 1;
}

function readFlags() {
  try {
    const options = /** @type {const} */ ({ test: { type: "boolean" }, offline: { type: "boolean" } });
    Object.assign(flags, parseArgs({ options }).values);
  } catch (error) {
    throw new Problem(`${String(error)}\nThe set-up knows --test and --offline.`);
  }
}

async function findToolchain() {
  const [pulumi, plugin] = [await findPulumi(), installedAwsNativeVersion()];
  return pulumi && plugin ? { pulumi, plugin } : undefined;
}

async function installToolchain() {
  let pulumi = await findPulumi();
  const plugin = installedAwsNativeVersion();
  if (!flags.offline) say("Looking for get.pulumi.com ...");
  const online = !flags.offline && (await canReachPulumi());
  if (!online) {
    const missing = [...(pulumi ? [] : [pulumiProgram]), ...(plugin || isAwsNativeBuilt() ? [] : [awsNativeProgram])];
    await announceBuild(missing);
  }
  if (pulumi === undefined) {
    await installPulumi(online);
    pulumi = await findPulumi();
    if (pulumi === undefined) throw new Problem("The Pulumi CLI was installed, but it does not run on this machine.");
  }
  if (plugin === undefined) await installAwsNative(pulumi.command, online);
}

/** @param {import("./go.js").Program[]} programs */
async function announceBuild(programs) {
  const obstacles = await Promise.all(programs.map(({ module }) => whyNotGo(module)));
  if (programs.length === 0 || obstacles.some((obstacle) => obstacle !== undefined)) return;
  const minutes = programs.reduce((sum, { minutesOnTwoCores }) => sum + minutesOnTwoCores, 0);
  const cores = availableParallelism();
  say(
    `No internet, nothing cached: building ${programs.map(({ what }) => what).join(" and ")} from source, once. ` +
      `This takes about ${Math.ceil((minutes * 2) / cores)} min on ${cores} cores.`,
  );
}

/**
 * Installs what is not found. Where two set-ups run at the same time, only one of them installs.
 * @template T
 * @param {() => T | undefined | Promise<T | undefined>} find
 * @param {() => Promise<void>} install
 * @returns {Promise<T>}
 */
async function once(find, install) {
  const found = await find();
  if (found !== undefined) return found;
  const wait = () => {
    say("Waiting for another set-up to finish ...");
  };
  return withLock(join(cacheDirectory(), "locks", "toolchain"), wait, async () => {
    if ((await find()) === undefined) await install();
    const installed = await find();
    if (installed === undefined) throw new Error("What was installed is not found.");
    return installed;
  });
}
