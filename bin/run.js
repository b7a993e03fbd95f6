#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { keepCompiledCode, knowUser, newerNode, outliveReaders, tellNode } from "./process.js";

knowUser();
const wanted = newerNode(new URL("../package.json", import.meta.url));
if (wanted === undefined) {
  outliveReaders();
  keepCompiledCode();
  const compiled = new URL("../dist/bin/main.js", import.meta.url).href;
  await import(compiled).then(/** @param {typeof import("./main.js")} module */ ({ main }) => main(import.meta.url));
} else {
  // A checkout brings a newer Node with its development dependencies.
  const newer = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(newer)) {
    tellNode(wanted);
    process.exit(1);
  }
  const child = spawn(newer, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  const onTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  // This process outlives the signal, so that its parent waits until the run ends. A terminal sends Ctrl-C to both processes, and a second
  // SIGINT from here would tell the run to stop at once.
  process.on("SIGINT", () => onTerminal || child.kill("SIGINT"));
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => {
    console.error(`${newer} does not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.once("exit", (status, signal) => {
    if (signal === null) process.exit(status ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
