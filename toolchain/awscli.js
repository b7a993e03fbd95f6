/** The AWS CLI, which the tests log in with as a developer would. The product does not need it. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { awscliRoot, awscliVersion } from "./cache.js";
import { Problem } from "./problem.js";
import { installPythonTool } from "./python-tools.js";
import { which } from "./run.js";

/**
 * @returns {string} the path of the AWS CLI: `$MFA_ADMIN_AWS_CLI`, on PATH or in the cache
 */
export function awsCli() {
  const found = findAwsCli();
  if (found === undefined)
    throw new Problem('The AWS CLI is not installed. Install it with "npm run setup -- --test".');
  return found;
}

/** @type {string | undefined} */
let known;

/** @returns {string | undefined} */
export function findAwsCli() {
  known ??= process.env.MFA_ADMIN_AWS_CLI;
  known ??= [which("aws"), join(awscliRoot(), "bin", "aws")].find(isUsable);
  return known;
}

export function installAwsCli() {
  return installPythonTool({
    what: "the AWS CLI",
    version: awscliVersion,
    requirement: `awscli==${awscliVersion}`,
    program: "aws",
    root: awscliRoot(),
    remedy:
      "Install the AWS CLI 2.13 or newer (https://aws.amazon.com/cli/), or Python 3.10 or newer with pip and venv",
  });
}

/**
 * Whether the command runs (a pyenv shim may not) and honours AWS_ENDPOINT_URL: an older AWS CLI would talk to the real AWS.
 * @param {string | undefined} command
 * @returns {boolean}
 */
function isUsable(command) {
  if (command === undefined || !existsSync(command)) return false;
  const { stdout, status } = spawnSync(command, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const [major = 0, minor = 0] = (/aws-cli\/(\d+\.\d+)/.exec(stdout)?.[1] ?? "").split(".").map(Number);
  return status === 0 && (major > 2 || (major === 2 && minor >= 13) || (major === 1 && minor >= 30));
}
