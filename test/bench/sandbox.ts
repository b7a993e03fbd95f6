import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Rate } from "../sandbox/index.ts";

export interface SandboxDescription {
  /** Environment variables by which an SDK or the engine calls this sandbox. */
  environment: Record<string, string>;
  managementAccount: string;
  authAccount: string;
  developmentAccounts: Record<string, string>;
  organizationalUnit: string;
}

/** Slowness as of AWS. By default, the local AWS answers at once and throttles nothing. */
export interface SlowAws {
  /** Milliseconds that Cloud Control works on each resource. */
  handlerMilliseconds?: number;
  rates?: Rate[];
}

/** A local AWS in a process of its own. */
export interface SandboxProcess extends SandboxDescription {
  /** The number of requests that were throttled. */
  throttled: () => Promise<number>;
  stop: () => Promise<void>;
}

/**
 * Starts a local AWS in its own process, so that its time and memory count for neither of the two sides.
 *
 * @param accounts the number of development accounts
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
