import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pulumiHome } from "../../toolchain/cache.js";

let home: string | undefined;

/**
 * Gives the tests a Pulumi directory of their own, with the plugins that are installed. Otherwise a thousand runs would leave their
 * workspaces and logs in the user's directory, and each would search the logs of those before it. Logs cannot be written in it, since they
 * take the engine a fifth of its time; test/end-to-end/engine/logs.test.ts tests what they contain.
 */
export function mochaGlobalSetup(): void {
  home = mkdtempSync(join(tmpdir(), "mfa-admin-pulumi-home-"));
  const installed = pulumiHome();
  for (const name of ["bin", "plugins"]) {
    mkdirSync(join(installed, name), { recursive: true });
    symlinkSync(join(installed, name), join(home, name));
  }
  // Pulumi runs without logs where it cannot make a directory for them.
  writeFileSync(join(home, "logs"), "");
  process.env["PULUMI_HOME"] = home;
}

export function mochaGlobalTeardown(): void {
  // Only the directory that was made here is deleted, never one that somebody else has named.
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
}
