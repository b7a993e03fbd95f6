/** Downloads the official Pulumi CLI, in the SDK's version, to the given directory. Needs the npm packages. */
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";

const root = process.argv[2];
if (root === undefined) throw new Error("Say which directory: node toolchain/download.js DIRECTORY");
await PulumiCommand.install({ root });
