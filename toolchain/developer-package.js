/**
 * Builds the developers' package: the commands for developers, with all that they need in a few files, and without Pulumi. `npm run
 * pack:developer` makes `mfa-admin-developer-VERSION.tgz` of it, which `npm install --global` takes as a file or an address.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { developerCommands } from "./developer-commands.js";
import { forNode } from "./esbuild.js";

const checkout = dirname(import.meta.dirname);

/**
 * @param {string} directory where the package is made
 * @returns {Promise<void>}
 */
export async function buildDeveloperPackage(directory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const list = developerCommands.map(
    (name) => `${JSON.stringify(name)}: (await import("./cli/commands/${name}.ts")).default`,
  );
  await build({
    ...forNode,
    absWorkingDir: checkout,
    entryPoints: {
      run: "bin/developer.js",
      "command-not-found": "cli/hooks/command-not-found.ts",
      commands: "commands",
    },
    plugins: [
      ...forNode.plugins,
      {
        name: "commands",
        setup(building) {
          building.onResolve({ filter: /^commands$/ }, () => ({ path: "commands", namespace: "commands" }));
          building.onLoad({ filter: /.*/, namespace: "commands" }, () => ({
            contents: `export const COMMANDS = { ${list.join(", ")} };`,
            resolveDir: checkout,
          }));
        },
      },
    ],
    outdir: directory,
    minifySyntax: true,
    minifyWhitespace: true,
  });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- the package's own file
  const { version, license, engines } = /** @type {{ version: string, license: string, engines: object }} */ (
    JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"))
  );
  const contents = {
    name: "mfa-admin-developer",
    version,
    description: "What a developer needs of mfa-admin: enrol an MFA device, and log in with its codes.",
    license,
    type: "module",
    bin: { "mfa-admin": "run.js" },
    engines,
    oclif: {
      bin: "mfa-admin",
      dirname: "mfa-admin",
      commands: { strategy: "explicit", target: "./commands.js", identifier: "COMMANDS" },
      hooks: { command_not_found: "./command-not-found.js" },
      topicSeparator: " ",
    },
  };
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(contents, undefined, 2)}\n`);
  for (const file of ["LICENSE", "docs/developer.md"]) {
    cpSync(join(checkout, file), join(directory, file === "LICENSE" ? file : "README.md"));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = join(checkout, "dist", "developer");
  await buildDeveloperPackage(directory);
  const { status } = spawnSync("npm", ["pack", "--silent", "--pack-destination", checkout, directory], {
    cwd: checkout,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}
