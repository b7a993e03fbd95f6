import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface SandboxDescription {
  /** What makes an SDK or the engine talk to this sandbox. */
  environment: Record<string, string>;
  authAccount: string;
  developmentAccounts: Record<string, string>;
  organizationalUnit: string;
}

/** Starts a local AWS without latency, in its own process: what it costs is then in neither of the two sides. @param accounts how many development accounts it has */
export async function startSandboxProcess(
  accounts?: number,
): Promise<SandboxDescription & { stop: () => Promise<void> }> {
  const child = fork(
    fileURLToPath(new URL("sandbox-process.ts", import.meta.url)),
    accounts === undefined ? [] : [String(accounts)],
    {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
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
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}
