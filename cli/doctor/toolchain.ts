import { builtPulumiVersion, installedAwsNativeVersion, sdkAwsNativeVersion } from "../../toolchain/cache.js";
import { usablePulumi } from "../engine/pulumi-command.ts";
import type { Check } from "../results/doctor.ts";
import { looked, ok } from "./check.ts";

/** Node, the Pulumi CLI and its plugin for AWS: what a run needs on this machine. */
export async function toolchainChecks(): Promise<Check[]> {
  const [pulumi, plugin] = await Promise.all([
    looked({ name: "pulumi" }, pulumiCheck),
    looked({ name: "plugin" }, pluginCheck),
  ]);
  return [ok({ name: "node" }, `Node ${process.versions.node}.`), ...pulumi, ...plugin];
}

async function pulumiCheck(): Promise<Check[]> {
  const { version } = await usablePulumi();
  return [ok({ name: "pulumi" }, `The Pulumi CLI ${version?.version ?? builtPulumiVersion}.`)];
}

function pluginCheck(): Check[] {
  const version = installedAwsNativeVersion();
  if (version !== undefined) return [ok({ name: "plugin" }, `Pulumi's plugin aws-native ${version}.`)];
  return [
    {
      ...{ name: "plugin", level: "warning" },
      fact: "Pulumi's plugin aws-native is not installed; the first run downloads it.",
      remedy: "Where there is no way to Pulumi's downloads, run npm run setup in a checkout of mfa-admin.",
      command: `pulumi plugin install resource aws-native v${sdkAwsNativeVersion}`,
    },
  ];
}
