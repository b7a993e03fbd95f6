import { interleave, measure, median, type Run, type Sides, turns } from "./measure.ts";
import { comparison, type Row } from "./report.ts";
import { requireSameResources } from "./same-resources.ts";
import { addDeveloper, bareStack, ourStack, type Stack } from "./stacks.ts";

export interface UpRounds {
  developers: number;
  /** How often a stack is made from nothing. `repetitions` is how often each of the runs that follow is repeated. */
  creations: number;
  repetitions: number;
}

/** Compares `mfa-admin up` and `mfa-admin add-developer` with a program that only registers the same resources. */
export async function benchUp({ developers, creations, repetitions }: UpRounds): Promise<Row[]> {
  const created: Sides<Run[]> = { ours: [], bare: [] };
  for (let round = 1; round < creations; round++) await close(await create(developers, created, round));
  const stacks = await create(developers, created, creations);

  const same = await interleave(
    repetitions,
    () => measure(stacks.ours.up),
    () => measure(stacks.bare.up),
  );
  const added = await interleave(
    repetitions,
    (round) => addDeveloper(stacks.ours, `newcomer-${round + 1}`, measure),
    () => measure(stacks.bare.up),
  );
  await Promise.all([stacks.ours.addToRoster(), stacks.bare.addToRoster()]);
  const previewed = await interleave(
    repetitions,
    () => measure(stacks.ours.preview),
    () => measure(stacks.bare.preview),
  );
  requireOneAdded(previewed);
  await close(stacks);
  return [
    ...rowsOf(
      `up that makes ${developers} developers in 2 accounts (${stacks.resources} resources)`,
      created,
      1.1,
      1.1,
    ),
    ...rowsOf("up with nothing to do", same, 1.1, 1.1),
    ...rowsOf("add-developer there, in one pass (bare: nothing to do)", added, 1.2),
    ...rowsOf("preview of one added developer there", previewed, 1.1),
  ];
}

/** @throws Error when a side has not previewed one user and two roles: the times can't be compared then */
function requireOneAdded({ ours, bare }: Sides<Run[]>): void {
  for (const { stdout } of ours) {
    if (!stdout.startsWith("Adds 1 developer, 2 roles;"))
      throw new Error(`Ours has previewed something else:\n${stdout}`);
  }
  for (const { stdout } of bare) {
    const { create } = JSON.parse(stdout) as { create?: number };
    if (create !== 3) throw new Error(`The bare program has previewed something else:\n${stdout}`);
  }
}

/** Makes all resources from nothing, each side in its own AWS. It adds the runs to `measured`, and compares the resources of the two sides. */
async function create(
  developers: number,
  measured: Sides<Run[]>,
  round: number,
): Promise<Sides<Stack> & { resources: number }> {
  const [ours, bare] = await Promise.all([ourStack(developers), bareStack(developers)]);
  for (const side of turns(round)) measured[side].push(await measure({ ours, bare }[side].up));
  return { ours, bare, resources: await requireSameResources(ours.directory, bare.directory) };
}

async function close({ ours, bare }: Sides<Stack>): Promise<void> {
  await Promise.all([ours.close(), bare.close()]);
}

function rowsOf(what: string, runs: Sides<Run[]>, timeAim: number, memoryAim?: number): Row[] {
  const medians = (value: (run: Run) => number | undefined): Sides<number> => ({
    ours: median(runs.ours.map((run) => value(run) ?? NaN)),
    bare: median(runs.bare.map((run) => value(run) ?? NaN)),
  });
  const tree = medians(({ treeMegabytes }) => treeMegabytes);
  return [
    comparison(
      { what, quantity: "time", unit: "s" },
      medians(({ seconds }) => seconds),
      timeAim,
    ),
    comparison(
      { what, quantity: "peak memory of Node", unit: "MB" },
      medians(({ nodeMegabytes }) => nodeMegabytes),
      memoryAim,
    ),
    ...(Number.isNaN(tree.ours)
      ? []
      : [comparison({ what, quantity: "and of the engine and plugins with it", unit: "MB" }, tree)]),
  ];
}
