import { parseArgs } from "node:util";
import { startSandbox } from "./index.ts";

// Starts the sandbox for use by hand: prints the environment to be evaluated by a shell, stays until Ctrl-C.
const { values } = parseArgs({ options: { port: { type: "string" }, latency: { type: "string" } } });
const sandbox = await startSandbox({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.latency === undefined ? {} : { latencyMilliseconds: Number(values.latency) }),
});

const accounts = [
  `management ${sandbox.managementAccount}`,
  `auth ${sandbox.authAccount}`,
  ...Object.entries(sandbox.developmentAccounts).map(([name, id]) => `${name} ${id}`),
];
console.log(`# A local AWS. Accounts: ${accounts.join(", ")}.`);
console.log(`# The development accounts are in the OU ${sandbox.organizationalUnit}.`);
console.log(`# The credentials are those of the IAM user "administrator" of the management account.`);
for (const [name, value] of Object.entries(sandbox.environment())) console.log(`export ${name}='${value}'`);
console.log("# Ctrl-C ends it.");

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void sandbox.close();
  });
}
