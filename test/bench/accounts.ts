import { measure, type Run, type Sides } from "./measure.ts";
import { comparison, type Row } from "./report.ts";
import { type Form, ours, type Stack, stackOfAccounts } from "./stacks.ts";

/** What one stack takes, run by run. */
type Runs = Record<"made" | "same" | "added" | "removed", Run>;

/** With these aims (docs/scale.md): of the shared form, those at the most accounts against those at two. */
const aims: Partial<Record<keyof Runs, Partial<Record<"time" | "memory", number>>>> = {
  same: { time: 1.15, memory: 1.15 },
  added: { time: 1.2 },
};

const words: Record<keyof Runs, string> = {
  made: "up that makes all of it",
  same: "up with nothing to do",
  added: "add-developer",
  removed: "remove-developer",
};

/**
 * Both forms of roles, with one developer for each account: the shared one at numbers of accounts, and roles of the developers' own at
 * others. Each is compared with its own form at the first of its numbers.
 */
export async function benchAccounts(counts: Record<Form, number[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [form, numbers] of Object.entries(counts) as [Form, number[]][]) {
    const [few = 2, ...others] = numbers;
    const first = await runsOf(few, form);
    for (const count of others)
      rows.push(...rowsOf(form, { few, count }, { bare: first, ours: await runsOf(count, form) }));
  }
  return rows;
}

async function runsOf(accounts: number, form: Form): Promise<Runs> {
  const stack: Stack = await stackOfAccounts(accounts, form);
  const { directory, env } = stack;
  const run = (...args: string[]): Promise<Run> => measure(ours(directory, env, [...args, "--yes"]));
  try {
    return {
      made: await measure(stack.up),
      same: await measure(stack.up),
      added: await run("add-developer", "newcomer", "--account", "account-001"),
      removed: await run("remove-developer", "newcomer"),
    };
  } finally {
    await stack.close();
  }
}

function rowsOf(form: Form, { few, count }: { few: number; count: number }, runs: Sides<Runs>): Row[] {
  return (Object.keys(words) as (keyof Runs)[]).flatMap((kind) => {
    const what = `${words[kind]}, roles ${form}, ${count} accounts (bare: ${few})`;
    const aim = form === "shared" ? aims[kind] : undefined;
    const [here, there] = [runs.ours[kind], runs.bare[kind]];
    const tree = { ours: here.treeMegabytes ?? NaN, bare: there.treeMegabytes ?? NaN };
    return [
      comparison({ what, quantity: "time", unit: "s" }, { ours: here.seconds, bare: there.seconds }, aim?.time),
      comparison({ what, quantity: "peak memory (PSS) of all processes", unit: "MB" }, tree, aim?.memory),
    ];
  });
}
