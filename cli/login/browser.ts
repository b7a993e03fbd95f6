import type { ChildProcess } from "node:child_process";
import { setTimeout } from "node:timers/promises";

/** Milliseconds within which a browser's launcher reports a failure; one that succeeds may run for long. */
const patience = 2000;

/** Opens an address in the browser. @returns whether a browser was started */
export async function openInBrowser(address: string): Promise<boolean> {
  const { platform, env } = process;
  // Without these variables the launcher would find a text browser at best, which needs the terminal.
  const isHeadless =
    platform === "linux" && !env["DISPLAY"] && !env["WAYLAND_DISPLAY"] && !env["BROWSER"] && !env["WSL_DISTRO_NAME"];
  if (isHeadless) return false;
  try {
    const { default: open } = await import("open");
    return await hasStarted(await open(address));
  } catch {
    return false;
  }
}

async function hasStarted(child: ChildProcess): Promise<boolean> {
  const waiting = new AbortController();
  const ended = new Promise<boolean>((resolve) => {
    child.once("error", () => {
      resolve(false);
    });
    child.once("exit", (status) => {
      resolve(status === 0);
    });
  });
  const isOpen = await Promise.race([ended, setTimeout(patience, true, { signal: waiting.signal })]);
  waiting.abort();
  return isOpen;
}
