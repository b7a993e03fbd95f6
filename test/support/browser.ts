import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Browser, chromium } from "playwright-core";

import { madeOnce } from "./made-once.ts";

/**
 * Starts a headless Chromium without a network. On Linux with x86-64 it is the one that comes packed in an npm package, which needs
 * no library but glibc; elsewhere the Google Chrome of the machine. Its sandbox is off: a container's root has none to give, and what
 * is opened is our own.
 */
export async function startBrowser(): Promise<Browser> {
  const isPacked = process.platform === "linux" && process.arch === "x64";
  return chromium.launch({
    ...(isPacked ? { executablePath: await unpacked() } : { channel: "chrome" }),
    args: ["--no-sandbox", "--disable-setuid-sandbox", "--disable-dev-shm-usage"],
  });
}

/** The package unpacks itself into the directory for temporary files: into one of the run's own, by a process of its own. */
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
