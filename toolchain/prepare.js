/**
 * npm runs this after it has installed the packages of a checkout, and when mfa-admin is installed from git: there it has to
 * be compiled. The set-up compiles by itself, when it has changed.
 */
import { spawnSync } from "node:child_process";

if (!process.env["MFA_ADMIN_SET_UP"]) {
  const { status } = spawnSync("npm", ["run", "--silent", "build"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
