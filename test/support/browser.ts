import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Browser, chromium } from "playwright-core";

import { madeOnce } from "./made-once.ts";

/**
 * Starts a headless Chromium without a network. On Linux with x86-64 it comes from an npm package, and needs no library but glibc;
 * elsewhere it is the machine's Google Chrome. Chromium's sandbox is off: it does not work for root in a container, and only our own pages
 * are opened.
 */
export async function startBrowser(): Promise<Browser> {
  const isPacked = process.platform === "linux" && process.arch === "x64";
  return chromium.launch({
    ...(isPacked ? { executablePath: await unpacked() } : { channel: "chrome" }),
    args: ["--no-sandbox", "--disable-setuid-sandbox", "--disable-dev-shm-usage"],
  });
}

/**
 * Unpacks Chromium into a directory of the run. A process of its own does it, since the package unpacks into the directory for temporary
 * files.
 */
async function unpacked(): Promise<string> {
  const directory = await madeOnce("chromium", async (place) => {
    await mkdir(place, { recursive: true });
    const unpack = `import { default as chromium } from "@sparticuz/chromium"; chromium.setGraphicsMode = false; await chromium.executablePath();`;
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", unpack], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: place },
    });
  });
  return join(directory, "chromium");
}
