import { interleave, measure, median, type Run } from "./measure.ts";
import { comparison, type Row } from "./report.ts";
import { requireSameResources } from "./same-resources.ts";
import { addDeveloper, bareStack, ourStack } from "./stacks.ts";

export interface UpRounds {
  developers: number;
  /** How often a stack is made from nothing, and how often each of the runs that follow is repeated. */
  creations: number;
  repetitions: number;
}

/** `mfa-admin up` and `mfa-admin add-developer` against a program that registers the same resources, and nothing more. */
export async function benchUp({ developers, creations, repetitions }: UpRounds): Promise<Row[]> {
  const created: { ours: Run[]; bare: Run[] } = { ours: [], bare: [] };
  // Every creation needs an AWS with nothing in it. The last two are kept for what follows.
  for (let left = creations; ; left--) {
    const [ours, bare] = await Promise.all([ourStack(developers), bareStack(developers)]);
    try {
      const order = left % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const);
      for (const side of order) created[side].push(await measure({ ours, bare }[side].up));
      const resources = await requireSameResources(ours.directory, bare.directory);
      if (left > 1) continue;

      const same = await interleave(
        repetitions,
        () => measure(ours.up),
        () => measure(bare.up),
      );
      const added = await interleave(
        repetitions,
        async (round) => {
          const { program, close } = await addDeveloper(ours, `newcomer-${round + 1}`);
          try {
            return await measure(program);
          } finally {
            await close();
          }
        },
        () => measure(bare.up),
      );
      return [
        ...rowsOf(`up that makes ${developers} developers in 2 accounts (${resources} resources)`, created, 1.1, 1.1),
        ...rowsOf("up with nothing to do", same, 1.1, 1.1),
        ...rowsOf("add-developer there, against nothing to do", added, 1.2),
      ];
    } finally {
      await Promise.all([ours.close(), bare.close()]);
    }
  }
}

function rowsOf(what: string, runs: { ours: Run[]; bare: Run[] }, timeAim: number, memoryAim?: number): Row[] {
  const medians = (value: (run: Run) => number | undefined): { ours: number; bare: number } => ({
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
