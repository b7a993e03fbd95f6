import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Administrator, program } from "../support/harness.ts";
import { fewestCalls } from "../support/fewest-calls.ts";
import { makeStack, settingsFor } from "../support/stack-without-engine.ts";
import { interleave, latencyOfAws, measureTime, medians, outputOf, type Program, type Sides } from "./measure.ts";
import { comparison, type Row } from "./report.ts";

/** One call of a verification, for the bare program. */
export interface BareCall {
  service: "iam" | "sts" | "organizations";
  action: string;
  accountId: string;
  input: Record<string, unknown>;
}

const bareVerify = fileURLToPath(new URL("bare-verify/main.js", import.meta.url));

/** Compares `mfa-admin verify` with the fewest calls that give the same report, and with a program that makes the same calls. */
export async function benchVerify({ developers, rounds }: { developers: number; rounds: number }): Promise<Row[]> {
  const names = Array.from({ length: developers }, (_, index) => `developer-${String(index + 1).padStart(3, "0")}`);
  const admin = await Administrator.withProject({ developers: names });
  const directory = await mkdtemp(join(tmpdir(), "mfa-admin-bench-verify-"));
  try {
    const { sandbox } = admin;
    const settings = settingsFor(sandbox, { developers: Object.fromEntries(names.map((name) => [name, {}])) });
    await makeStack(sandbox, settings);
    const common = { cwd: admin.directory, env: admin.environment() };
    const ours: Program = { ...common, script: program, args: ["verify", "--exit-code"] };
    const from = sandbox.requests.length;
    requireProven(await outputOf(ours));
    const requests = sandbox.requests.slice(from);
    const calls = requests.filter(({ action }) => action !== "AssumeRole").map(bareCall);
    const file = join(directory, "calls.json");
    await writeFile(
      file,
      JSON.stringify({ management: sandbox.managementAccount, accessRole: settings.accessRole, calls }),
    );
    const bare: Program = { ...common, script: bareVerify, args: [file] };
    const before = sandbox.requests.length;
    await outputOf(bare);
    requireSameCount(requests.length, sandbox.requests.length - before);
    const timed = async (latency: number): Promise<Sides<number>> => {
      sandbox.setLatency(latency);
      const seconds = await interleave(
        rounds,
        () => measureTime(ours),
        () => measureTime(bare),
      );
      return medians(seconds);
    };
    const [near, far] = [await timed(0), await timed(latencyOfAws)];
    const least = Object.values(fewestCalls).reduce((sum, count) => sum + count, 0);
    const what = `verify of ${developers} developers in ${Object.keys(settings.developmentAccounts).length} accounts`;
    return [
      comparison(
        { what, quantity: "AWS calls (bare: the fewest)", unit: "" },
        { ours: requests.length, bare: least },
        1.5,
      ),
      comparison({ what, quantity: `time, with ${latencyOfAws} ms until each answer`, unit: "s" }, far, 1.2),
      // This row is for information: AWS never answers at once. It mostly shows the start of a process, as the benchmark help does.
      comparison({ what, quantity: "time, with answers at once", unit: "s" }, near),
    ];
  } finally {
    await rm(directory, { recursive: true });
    await admin.close();
  }
}

/** Converts a recorded request to the SDK's input: the recorded numbers are strings. */
function bareCall({ service, action, accountId, input }: Administrator["sandbox"]["requests"][number]): BareCall {
  const { MaxItems, MaxResults, ...rest } = input;
  const numbers = Object.entries({ MaxItems, MaxResults }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, Number(value)]],
  );
  return {
    ...{ service: service as BareCall["service"], action, accountId },
    input: { ...rest, ...(Object.fromEntries(numbers) as Record<string, number>) },
  };
}

/** @throws Error when verify has not proven all promises: the times can't be compared then */
function requireProven(stdout: string): void {
  if (!/^All [\d,]+ promises hold\.\n/.test(stdout)) throw new Error(`verify has found something:\n${stdout}`);
}

/** @throws Error when the bare program has made another number of calls */
function requireSameCount(ours: number, bare: number): void {
  if (ours !== bare) throw new Error(`Ours makes ${ours} calls, and the bare program ${bare}.`);
}
