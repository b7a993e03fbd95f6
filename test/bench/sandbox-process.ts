/** A local AWS in its own process, started by sandbox.ts. It sends its description to the parent, and ends when the parent disconnects. */
import { startSandbox } from "../sandbox/index.ts";
import type { SandboxDescription, SlowAws } from "./sandbox.ts";

const [accounts = "", slow = "{}"] = process.argv.slice(2);
const named = Array.from({ length: Number(accounts) }, (_, index): [string, string] => [
  `account-${String(index + 1).padStart(3, "0")}`,
  String(500_000_000_000 + index),
]);
const { handlerMilliseconds = 0, rates = [] } = JSON.parse(slow) as SlowAws;
const sandbox = await startSandbox({
  stackSetsAccess: true,
  ...(accounts !== "" && { developmentAccounts: Object.fromEntries(named) }),
});
sandbox.setLatency(handlerMilliseconds, "ResourceHandler");
sandbox.setRates(rates);
const description: SandboxDescription = {
  environment: sandbox.environment(),
  managementAccount: sandbox.managementAccount,
  authAccount: sandbox.authAccount,
  developmentAccounts: sandbox.developmentAccounts,
  organizationalUnit: sandbox.organizationalUnit,
};
process.send?.(description);
process.on("message", () => {
  process.send?.(sandbox.requests.filter(({ outcome }) => outcome === "ThrottlingException").length);
});
process.once("disconnect", () => {
  process.exit();
});
