/** Programs from PyPI that only the tests use: each in a virtual environment of its own in the cache, kept by its version. */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem } from "./problem.js";
import { step } from "./progress.js";
import { run, which } from "./run.js";

/**
 * @typedef {object} PythonTool
 * @property {string} what its name, for people
 * @property {string} version
 * @property {string} requirement what pip is told to install
 * @property {string} program the file below the environment's `bin`
 * @property {string} root its directory in the cache: the program is `bin/PROGRAM` in it
 * @property {string} remedy how to get it where it cannot be installed, as the beginning of a sentence
 */

/** @param {PythonTool} tool */
export async function installPythonTool({ what, version, requirement, program, root, remedy }) {
  const python = which("python3");
  if (python === undefined) {
    throw new Problem(
      `The tests need ${what}, and there is no python3 to install it with. ${remedy}, and run this again.`,
    );
  }
  await step(`Installing ${what} ${version}`, async (progress) => {
    const venv = join(root, "venv");
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", requirement];
    for (const [command, args] of /** @type {const} */ ([
      [python, ["-m", "venv", venv]],
      [join(venv, "bin", "python"), pip],
    ])) {
      const { ok, tail } = await run(command, [...args], {
        onLine: (line) => {
          progress.detail(line.trim());
        },
      });
      if (!ok) {
        throw new Problem(
          `The tests need ${what}, and pip could not install it. ${remedy}, and run this again.\n${tail}`,
        );
      }
    }
    // A venv cannot be moved. This link is made last, and shows that the venv is complete.
    const link = join(root, "bin", program);
    mkdirSync(dirname(link));
    symlinkSync(join("..", "venv", "bin", program), link);
  });
}
