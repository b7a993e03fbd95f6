/**
 * The entry point of the ordinary Pulumi program (`Pulumi.yaml`); the CLI runs the same function inline. This function must be the only
 * export, as Pulumi's Node.js runtime wants it.
 */
import { settingsFromConfiguration } from "./configuration.ts";
import { program } from "./program.ts";
import type { ProgramOptions } from "./context.ts";

export default function main(options: ProgramOptions = {}) {
  // Set where the plugin was built from its Go module, whose version differs from the SDK's (docs/toolchain.md).
  const pluginVersion = process.env["MFA_ADMIN_AWS_NATIVE_VERSION"];
  return program(settingsFromConfiguration(), { pluginVersion, ...options });
}
