import { measure, type Run, type Sides } from "./measure.ts";
import { comparison, type Row } from "./report.ts";
import { type Form, ours, type Stack, stackOfAccounts } from "./stacks.ts";

/** The measured runs of one stack. */
type Runs = Record<"made" | "same" | "added" | "removed", Run>;

/** The highest ratios aimed at (docs/scale.md), for roles of the shared form: more accounts against two, with the same developers. */
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

/** The numbers of accounts and of developers of a stack. Each developer enters one account. */
interface Size {
  accounts: number;
  developers: number;
}

/**
 * Compares both forms of roles at several numbers of accounts. The shared form is measured with the same developers at each number, so
 * that only the accounts differ; then, for information, with one developer for each account, as the form per developer is.
 */
export async function benchAccounts(counts: Record<Form, number[]>): Promise<Row[]> {
  const rows: Row[] = [];
  const compare = async (form: Form, numbers: number[], developersOf: (accounts: number) => number): Promise<void> => {
    const [few, ...others] = numbers.map((accounts) => ({ accounts, developers: developersOf(accounts) }));
    if (few === undefined) return;
    const bare = await runsOf(few, form);
    for (const size of others) rows.push(...rowsOf(form, { few, size }, { bare, ours: await runsOf(size, form) }));
  };
  const most = Math.max(...counts.shared);
  await compare("shared", counts.shared, () => most);
  await compare("shared", counts.shared, (accounts) => accounts);
  await compare("per-developer", counts["per-developer"], (accounts) => accounts);
  return rows;
}

async function runsOf({ accounts, developers }: Size, form: Form): Promise<Runs> {
  const stack: Stack = await stackOfAccounts(accounts, developers, form);
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

function rowsOf(form: Form, { few, size }: { few: Size; size: Size }, runs: Sides<Runs>): Row[] {
  const isAlike = few.developers === size.developers;
  const whose = isAlike ? `the same ${size.developers} developers` : "a developer for each";
  return (Object.keys(words) as (keyof Runs)[]).flatMap((kind) => {
    const what = `${words[kind]}, roles ${form}, ${size.accounts} accounts (bare: ${few.accounts}), ${whose}`;
    const aim = form === "shared" && isAlike ? aims[kind] : undefined;
    const [here, there] = [runs.ours[kind], runs.bare[kind]];
    const cpu = { ours: here.cpuSeconds ?? NaN, bare: there.cpuSeconds ?? NaN };
    const memory = { ours: memoryOf(kind, here), bare: memoryOf(kind, there) };
    return [
      comparison({ what, quantity: "time", unit: "s" }, { ours: here.seconds, bare: there.seconds }, aim?.time),
      comparison({ what, quantity: "CPU of all processes", unit: "s" }, cpu),
      comparison(
        { what, quantity: `peak memory (${isOneProcess(kind) ? "RSS" : "PSS of all processes"})`, unit: "MB" },
        memory,
        aim?.memory,
      ),
    ];
  });
}

/** Whether a run is over in a second and has no process but its own: its peak is known by the process itself, and would slip through readings. */
const isOneProcess = (kind: keyof Runs): boolean => kind === "same";

function memoryOf(kind: keyof Runs, run: Run): number {
  return (isOneProcess(kind) ? run.nodeMegabytes : run.treeMegabytes) ?? NaN;
}
