#!/usr/bin/env node
/** The entry point of the developers' package, which `toolchain/developer-package.js` builds with everything that it needs. */
import { keepCompiledCode, knowUser, newerNode, outliveReaders, tellNode } from "./process.js";

knowUser();
const wanted = newerNode(new URL("package.json", import.meta.url));
if (wanted === undefined) {
  outliveReaders();
  keepCompiledCode();
  const { main } = await import("./main.js");
  await main(import.meta.url);
} else {
  tellNode(wanted);
  process.exitCode = 1;
}
