import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { inEnvironment } from "./environment.ts";

/** Starts a local AWS, and leads this process's environment to it, for code that reads that itself. */
export async function startSandboxHere(): Promise<{
  sandbox: Sandbox;
  /** Restores the environment, and ends the local AWS. */
  close: () => Promise<void>;
}> {
  const sandbox = await startSandbox();
  const restore = inEnvironment(sandbox.environment());
  return {
    sandbox,
    async close() {
      restore();
      await sandbox.close();
    },
  };
}
