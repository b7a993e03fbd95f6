import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pulumiHome } from "../../toolchain/cache.js";

let home: string | undefined;

/**
 * Gives the tests a Pulumi directory of their own, with the plugins that are installed. Else a thousand runs would leave their
 * workspaces and logs with whoever runs the tests, and each would look through the logs of those before it. It takes no logs,
 * which take the engine a fifth of its time; test/end-to-end/engine/logs.test.ts says what is in them.
 */
export function mochaGlobalSetup(): void {
  home = mkdtempSync(join(tmpdir(), "mfa-admin-pulumi-home-"));
  const installed = pulumiHome();
  for (const name of ["bin", "plugins"]) {
    mkdirSync(join(installed, name), { recursive: true });
    symlinkSync(join(installed, name), join(home, name));
  }
  // Pulumi goes on without logs where it can make no directory for them.
  writeFileSync(join(home, "logs"), "");
  process.env["PULUMI_HOME"] = home;
}

export function mochaGlobalTeardown(): void {
  // Never one that somebody else has named.
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
}
