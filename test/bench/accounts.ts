import { measure, median, type Run } from "./measure.ts";
import { comparison, type Row } from "./report.ts";
import { type Form, ours, type Stack, stackOfAccounts } from "./stacks.ts";

const kinds = ["made", "same", "added", "removed"] as const;

/** What one stack takes, by what is run. */
type Runs = Record<(typeof kinds)[number], Run[]>;

/** With these aims (docs/scale.md): of the shared form, those of more accounts against those of two, with the same developers. */
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

/** How many accounts a stack has, and how many developers: one who enters every account, and others who enter one each. */
export interface Size {
  accounts: number;
  developers: number;
}

export interface Sizes {
  /** The shared form at these numbers of accounts, developers and both; the first is what the others are compared with. */
  shared: Size[];
  "per-developer": Size[];
}

/**
 * Both forms of roles at several sizes. In the shared one, rows with the developers of the first tell what the accounts take alone,
 * those with its accounts what the users take alone.
 */
export async function benchAccounts(sizes: Sizes, rounds: number): Promise<Row[]> {
  const shared = await compared("shared", sizes.shared, rounds);
  return [...shared, ...(await compared("per-developer", sizes["per-developer"], rounds))];
}

async function compared(form: Form, sizes: Size[], rounds: number): Promise<Row[]> {
  const measured = await runsOf(sizes, form, rounds);
  const [few, ...others] = measured;
  return few === undefined ? [] : others.flatMap((many) => rowsOf(form, few, many));
}

interface Measured {
  size: Size;
  runs: Runs;
}

/** All stacks are made first and then run by turns: what else the machine does meanwhile hits all of them. */
async function runsOf(sizes: Size[], form: Form, rounds: number): Promise<Measured[]> {
  const open: (Measured & { stack: Stack })[] = [];
  try {
    for (const size of sizes) {
      const stack = await stackOfAccounts(size, form);
      const runs: Runs = { made: [], same: [], added: [], removed: [] };
      open.push({ size, stack, runs });
      runs.made.push(await measure(stack.up));
    }
    for (let round = 0; round < rounds; round++) {
      for (const { stack, runs } of open) await runOnce(stack, runs);
    }
  } finally {
    for (const { stack } of open) await stack.close();
  }
  return open;
}

async function runOnce({ directory, env, up }: Stack, runs: Runs): Promise<void> {
  const run = (...args: string[]): Promise<Run> => measure(ours(directory, env, [...args, "--yes"]));
  runs.same.push(await measure(up));
  runs.added.push(await run("add-developer", "newcomer", "--account", "account-001"));
  runs.removed.push(await run("remove-developer", "newcomer"));
}

function rowsOf(form: Form, few: Measured, many: Measured): Row[] {
  const isAlike = few.size.developers === many.size.developers;
  const told = ({ size: { accounts, developers } }: Measured): string =>
    `${accounts} accounts, ${developers} developers`;
  return kinds.flatMap((kind) => {
    const what = `${words[kind]}, roles ${form}, ${told(many)} (bare: ${told(few)})`;
    const aim = form === "shared" && isAlike ? aims[kind] : undefined;
    const of = (value: (run: Run) => number): { ours: number; bare: number } => ({
      ours: median(many.runs[kind].map(value)),
      bare: median(few.runs[kind].map(value)),
    });
    const seconds = of((run) => run.seconds);
    const tree = of(({ treeMegabytes = NaN }) => treeMegabytes);
    return [
      comparison({ what, quantity: "time", unit: "s" }, seconds, aim?.time),
      comparison({ what, quantity: "peak memory (PSS) of all processes", unit: "MB" }, tree, aim?.memory),
    ];
  });
}
