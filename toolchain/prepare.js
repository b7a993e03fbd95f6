/**
 * The npm script `prepare`: npm runs it after installing a checkout's packages, and when mfa-admin is installed from git, where the product
 * has to be compiled. The set-up skips it by `MFA_ADMIN_SET_UP`, since it compiles by itself when sources have changed.
 */
import { spawnSync } from "node:child_process";

if (!process.env["MFA_ADMIN_SET_UP"]) {
  const { status } = spawnSync("npm", ["run", "--silent", "build"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
