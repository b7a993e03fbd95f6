/** A local AWS in a process of its own, started by sandbox.ts: tells what the benchmarks have to know, and stays until they let go. */
import { startSandbox } from "../sandbox/index.ts";
import type { SandboxDescription } from "./sandbox.ts";

const [accounts] = process.argv.slice(2).map(Number);
const named = Array.from({ length: accounts ?? 0 }, (_, index): [string, string] => [
  `account-${String(index + 1).padStart(3, "0")}`,
  String(500_000_000_000 + index),
]);
const sandbox = await startSandbox({
  stackSetsAccess: true,
  ...(accounts !== undefined && { developmentAccounts: Object.fromEntries(named) }),
});
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
