#!/usr/bin/env node
/** How the developers' package starts: `toolchain/developer-package.js` makes it, with everything that it needs. */
import { knowUser, newerNode, outliveReaders, tellNode } from "./process.js";

knowUser();
const wanted = newerNode(new URL("package.json", import.meta.url));
if (wanted === undefined) {
  outliveReaders();
  const { main } = await import("./main.js");
  await main(import.meta.url);
} else {
  tellNode(wanted);
  process.exitCode = 1;
}
