/** The AWS CLI, which the tests log in with as a developer would. The product does not need it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { awscliRoot, awscliVersion } from "./cache.js";
import { Problem } from "./problem.js";
import { step } from "./progress.js";
import { run, which } from "./run.js";

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

export async function installAwsCli() {
  const python = which("python3");
  const remedy =
    "Install the AWS CLI 2.13 or newer (https://aws.amazon.com/cli/), or Python 3.10 or newer with pip and venv";
  if (python === undefined) {
    throw new Problem(
      `The tests need the AWS CLI, and there is no python3 to install it with. ${remedy}, and run this again.`,
    );
  }
  await step(`Installing the AWS CLI ${awscliVersion}`, async (progress) => {
    const root = awscliRoot();
    const venv = join(root, "venv");
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", `awscli==${awscliVersion}`];
    for (const [program, args] of /** @type {const} */ ([
      [python, ["-m", "venv", venv]],
      [join(venv, "bin", "python"), pip],
    ])) {
      const { ok, tail } = await run(program, [...args], {
        onLine: (line) => {
          progress.detail(line.trim());
        },
      });
      if (!ok)
        throw new Problem(
          `The tests need the AWS CLI, and pip could not install it. ${remedy}, and run this again.\n${tail}`,
        );
    }
    // A venv can not be moved. This link, made last, is what says that it is complete.
    const link = join(root, "bin", "aws");
    mkdirSync(dirname(link));
    symlinkSync(join("..", "venv", "bin", "aws"), link);
  });
}

/**
 * Whether it runs (a pyenv shim may not) and honours AWS_ENDPOINT_URL: an older one would talk to the real AWS.
 * @param {string | undefined} command
 * @returns {boolean}
 */
function isUsable(command) {
  if (command === undefined || !existsSync(command)) return false;
  const { stdout, status } = spawnSync(command, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const [major = 0, minor = 0] = (/aws-cli\/(\d+\.\d+)/.exec(stdout)?.[1] ?? "").split(".").map(Number);
  return status === 0 && (major > 2 || (major === 2 && minor >= 13) || (major === 1 && minor >= 30));
}
