import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { interleave, measureTime, medians, outputOf, type Program } from "./measure.ts";
import { comparison, limit, type Row } from "./report.ts";

const programAt = (path: string): Program => ({
  script: fileURLToPath(new URL(path, import.meta.url)),
  args: ["--help"],
});
const ours = programAt("../../bin/run.js");
const bare = programAt("bare-oclif/bin/run.js");

/** Packages that `--help` must not load. */
const heavy = /\/node_modules\/(@pulumi|@aws-sdk|@smithy)\//;

/** Compares `mfa-admin --help` with a CLI of nothing but oclif: the time, and the modules that are loaded. */
export async function benchHelp(rounds: number): Promise<Row[]> {
  const modules = await modulesLoadedBy(ours);
  const tooHeavy = modules.filter((module) => heavy.test(module));
  if (tooHeavy.length > 0) throw new Error(`--help must not load these modules:\n${tooHeavy.join("\n")}`);
  // Both programs run once before they are measured, so that their files are in the disk cache.
  await Promise.all([measureTime(ours), measureTime(bare)]);
  const seconds = await interleave(
    rounds,
    () => measureTime(ours),
    () => measureTime(bare),
  );
  const what = "mfa-admin --help";
  return [
    comparison({ what, quantity: "time", unit: "s" }, medians(seconds), 1.3),
    limit({ what, quantity: "modules of Pulumi and AWS loaded", unit: "" }, tooHeavy.length, 0),
    comparison(
      { what, quantity: "all modules loaded", unit: "" },
      { ours: modules.length, bare: (await modulesLoadedBy(bare)).length },
    ),
  ];
}

async function modulesLoadedBy(program: Program): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-bench-"));
  const file = join(directory, "modules.json");
  try {
    const hook = fileURLToPath(new URL("report-modules.js", import.meta.url));
    await outputOf(program, ["--import", hook], { MFA_ADMIN_BENCH_MODULES: file });
    return JSON.parse(await readFile(file, "utf8")) as string[];
  } finally {
    await rm(directory, { recursive: true });
  }
}
