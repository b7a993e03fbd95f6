/** A local AWS in a process of its own, started by sandbox.ts: tells what the benchmarks have to know, and stays until they let go. */
import { startSandbox } from "../sandbox/index.ts";
import type { SandboxDescription } from "./sandbox.ts";

const sandbox = await startSandbox();
const description: SandboxDescription = {
  environment: sandbox.environment(),
  authAccount: sandbox.authAccount,
  developmentAccounts: sandbox.developmentAccounts,
  organizationalUnit: sandbox.organizationalUnit,
};
process.send?.(description);
process.once("disconnect", () => {
  process.exit();
});
