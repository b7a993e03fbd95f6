/**
 * `npm run bench`: what the product adds to what it is made of, measured side by side in one run, on the local AWS.
 *
 *   --quick       a small stack and few rounds, to try it
 *   --only NAME   one benchmark: help, lock, login, operations, verify, up or accounts
 *   --json FILE   the numbers as JSON into a file, instead of below the table
 *
 * It is a report: it ends with status 0 whether the aims are met or not, and with another only if it could not measure.
 */
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { benchAccounts, type Size, type Sizes } from "./accounts.ts";
import { benchHelp } from "./help.ts";
import { type Row, table } from "./report.ts";
import { benchLogin } from "./login.ts";
import { benchLock } from "./lock.ts";
import { benchOperations } from "./operations.ts";
import { benchUp } from "./up.ts";
import { benchVerify } from "./verify.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" }, json: { type: "string" } },
});
const { quick, only, json } = values;

const rounds = quick
  ? { help: 5, login: 3, lock: 3, verify: 3, accounts: 1, developers: 20, creations: 1, repetitions: 2 }
  : { help: 25, login: 15, lock: 15, verify: 9, accounts: 3, developers: 100, creations: 5, repetitions: 5 };
/** Of doctor and audit. */
const sizes = quick
  ? [{ developers: 20, accounts: 2 }]
  : [
      { developers: 100, accounts: 2 },
      { developers: 1000, accounts: 5 },
    ];
const [two, twenty, fifty, most] = [2, 20, 50, 200];
/** Of the benchmark of accounts: accounts alone, users alone, and a developer for each account. */
const accountsAndDevelopers: Sizes = quick
  ? {
      shared: [size(two), size(twenty, two), size(two, twenty), size(twenty)],
      "per-developer": [size(two), size(5)],
    }
  : {
      shared: [
        size(two),
        size(fifty, two),
        size(most, two),
        size(two, fifty),
        size(two, most),
        size(fifty),
        size(most),
      ],
      "per-developer": [size(two), size(fifty)],
    };
const benchmarks: Record<string, () => Promise<Row[]>> = {
  help: () => benchHelp(rounds.help),
  login: () => benchLogin(rounds.login),
  lock: () => benchLock(rounds.lock),
  operations: () => benchOperations(sizes),
  verify: () => benchVerify({ developers: rounds.developers, rounds: rounds.verify }),
  up: () => benchUp(rounds),
  accounts: () => benchAccounts(accountsAndDevelopers, rounds.accounts),
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

/** So many accounts, and developers: as many again by default. */
function size(accounts: number, developers = accounts): Size {
  return { accounts, developers };
}
