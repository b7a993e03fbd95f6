import { fileURLToPath } from "node:url";

import type { Sandbox } from "../sandbox/index.ts";
import { isolatedEnvironment } from "./environment.ts";

const compileCache = fileURLToPath(new URL("../../node_modules/.cache/mfa-admin-tests", import.meta.url));
const passphrase = "correct horse battery staple";

/** The environment in which an administrator of the sandbox's organization runs the CLI. */
export function cliEnvironment(sandbox: Sandbox, changes: Record<string, string | undefined>): Record<string, string> {
  return isolatedEnvironment({
    ...sandbox.environment(),
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    // Compiled code is cached, since the same program is started a thousand times.
    NODE_COMPILE_CACHE: compileCache,
    // The engine and its plugins end before they have to collect garbage.
    GOGC: "off",
    FORCE_COLOR: undefined,
    NO_COLOR: undefined,
    ...changes,
  });
}

/** Variables that the engine's plugin does not read. */
const notOfPlugins = [
  /^(?:PATH|TMPDIR|CI|GITHUB_\w+|FORCE_COLOR|NO_COLOR)$/,
  /^PULUMI_(?:CONFIG_PASSPHRASE|CONFIG_PASSPHRASE_FILE|BACKEND_URL|ACCESS_TOKEN|CREDENTIALS_PATH)$/,
  /^AWS_ENDPOINT_URL_(?:S3|KMS)$/,
];

/** Whether a plugin behaves the same without these changes, so that a running one can be used. */
export function isSameForPlugins(changes: Record<string, string | undefined>): boolean {
  return Object.keys(changes).every((name) => notOfPlugins.some((pattern) => pattern.test(name)));
}
