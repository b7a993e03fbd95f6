/**
 * `npm run bench`: what the product adds to what it is made of, measured side by side in one run, on the local AWS.
 *
 *   --quick       a small stack and few rounds, to try it
 *   --only NAME   one benchmark: help, lock, login, operations, verify, up, accounts or waiting
 *   --json FILE   the numbers as JSON into a file, instead of below the table
 *
 * It is a report: it ends with status 0 whether the aims are met or not, and with another only if it could not measure.
 */
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { benchAccounts } from "./accounts.ts";
import { benchHelp } from "./help.ts";
import { type Row, table } from "./report.ts";
import { benchLogin } from "./login.ts";
import { benchLock } from "./lock.ts";
import { benchOperations } from "./operations.ts";
import { benchUp } from "./up.ts";
import { benchVerify } from "./verify.ts";
import { benchWaiting } from "./waiting.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" }, json: { type: "string" } },
});
const { quick, only, json } = values;

const rounds = quick
  ? { help: 5, login: 3, lock: 3, verify: 3, developers: 20, creations: 1, repetitions: 2 }
  : { help: 25, login: 15, lock: 15, verify: 9, developers: 100, creations: 5, repetitions: 5 };
/** The sizes for doctor and audit. */
const sizes = quick
  ? [{ developers: 20, accounts: 2 }]
  : [
      { developers: 100, accounts: 2 },
      { developers: 1000, accounts: 5 },
    ];
const benchmarks: Record<string, () => Promise<Row[]>> = {
  help: () => benchHelp(rounds.help),
  login: () => benchLogin(rounds.login),
  lock: () => benchLock(rounds.lock),
  operations: () => benchOperations(sizes),
  verify: () => benchVerify({ developers: rounds.developers, rounds: rounds.verify }),
  up: () => benchUp(rounds),
  accounts: () =>
    benchAccounts(
      quick ? { shared: [2, 20], "per-developer": [2, 5] } : { shared: [2, 50, 200], "per-developer": [2, 50] },
    ),
  waiting: () =>
    benchWaiting([
      { form: "per-developer", accounts: 2, developers: quick ? 10 : 100, everywhere: true },
      ...(quick ? [] : [{ form: "per-developer" as const, accounts: 100, developers: 100, everywhere: false }]),
      { form: "shared", accounts: quick ? 10 : 100, developers: quick ? 10 : 100, everywhere: false },
    ]),
};
if (only !== undefined && !(only in benchmarks)) {
  throw new Error(`There is no benchmark "${only}"; there are ${Object.keys(benchmarks).join(" and ")}.`);
}

const started = Date.now();
const rows: Row[] = [];
for (const [name, benchmark] of Object.entries(benchmarks)) {
  if (only !== undefined && only !== name) continue;
  console.error(`Measuring ${name} ...`);
  rows.push(...(await benchmark()));
}
const report = {
  seconds: Math.round((Date.now() - started) / 1000),
  rounds,
  sizes,
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  cores: availableParallelism(),
  rows,
};
const text = JSON.stringify(report, undefined, 2);
console.log(table(rows));
if (json === undefined) console.log(text);
else await writeFile(json, `${text}\n`);
