import { parseArgs } from "node:util";
import { startSandbox } from "./index.ts";

// Starts the sandbox for use by hand: prints the environment to be evaluated by a shell, stays until Ctrl-C.
const text = { type: "string" } as const;
const { values } = parseArgs({ options: { port: text, latency: text, accounts: text } });
/** The development accounts, in the requested number. */
const accountsAsked = Array.from({ length: Number(values.accounts ?? 0) }, (_, index): [string, string] => [
  `team-${String(index + 1).padStart(2, "0")}`,
  String(333_333_333_333 + index * 1111),
]);
const sandbox = await startSandbox({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(accountsAsked.length === 0 ? {} : { developmentAccounts: Object.fromEntries(accountsAsked) }),
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
