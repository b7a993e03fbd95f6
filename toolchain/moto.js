/** moto's server, which provides S3 and KMS for the tests of the state's backends. The product does not need it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { motoRoot, motoVersion } from "./cache.js";
import { Problem } from "./problem.js";
import { installPythonTool } from "./python-tools.js";

/**
 * @returns {string} the path of `moto_server` in the cache
 */
export function motoServer() {
  const found = findMoto();
  if (found === undefined) throw new Problem('moto is not installed. Install it with "npm run setup -- --test".');
  return found;
}

/** @returns {string} the path of moto's Python interpreter, whose environment has botocore, too */
export function motoPython() {
  return join(motoRoot(), "venv", "bin", "python");
}

/** @returns {string | undefined} */
export function findMoto() {
  const program = join(motoRoot(), "bin", "moto_server");
  return existsSync(program) ? program : undefined;
}

export function installMoto() {
  return installPythonTool({
    what: "moto",
    version: motoVersion,
    requirement: `moto[server]==${motoVersion}`,
    program: "moto_server",
    root: motoRoot(),
    remedy: "Install Python 3.10 or newer with pip and venv",
  });
}
