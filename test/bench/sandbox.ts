import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Rate } from "../sandbox/index.ts";

export interface SandboxDescription {
  /** What makes an SDK or the engine talk to this sandbox. */
  environment: Record<string, string>;
  managementAccount: string;
  authAccount: string;
  developmentAccounts: Record<string, string>;
  organizationalUnit: string;
}

/** What makes it as slow as AWS; at once and without bounds by default. */
export interface SlowAws {
  /** How long Cloud Control works on each resource. */
  handlerMilliseconds?: number;
  rates?: Rate[];
}

/** A local AWS in a process of its own. */
export interface SandboxProcess extends SandboxDescription {
  /** How many requests it has throttled. */
  throttled: () => Promise<number>;
  stop: () => Promise<void>;
}

/**
 * Starts a local AWS in its own process: what it costs is then in neither of the two sides.
 *
 * @param accounts how many development accounts it has
 */
export async function startSandboxProcess(accounts?: number, slow: SlowAws = {}): Promise<SandboxProcess> {
  const child = fork(
    fileURLToPath(new URL("sandbox-process.ts", import.meta.url)),
    [accounts === undefined ? "" : String(accounts), JSON.stringify(slow)],
    { stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  const ended = once(child, "exit");
  const description = await Promise.race([
    once(child, "message").then(([message]) => message as SandboxDescription),
    ended.then(([code]) => {
      throw new Error(`The local AWS ended with status ${String(code)} before it had started.`);
    }),
  ]);
  return {
    ...description,
    throttled: async () => {
      child.send("throttled");
      const [count] = (await once(child, "message")) as [number];
      return count;
    },
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}
