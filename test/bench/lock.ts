import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { CreateAccessKeyCommand, GetUserCommand } from "@aws-sdk/client-iam";

import { roleNameOf } from "../../infra/names.ts";
import { denyWhileLocked } from "../../infra/policies.ts";
import { administratorOf, clients, type Clients } from "../sandbox/testing.ts";
import { Administrator, program } from "../support/harness.ts";
import { makeStack, settingsFor } from "../support/stack-without-engine.ts";
import { interleave, latencyOfAws, measureTime, medians, type Program } from "./measure.ts";
import { comparison, type Row } from "./report.ts";

const bareLock = fileURLToPath(new URL("bare-lock/main.js", import.meta.url));

/** Compares `mfa-admin lock` with a program that only makes the calls: the time from the start until the developer's next call is refused. */
export async function benchLock(rounds: number): Promise<Row[]> {
  const admin = await Administrator.withProject({ developers: ["alice"] });
  try {
    const { sandbox } = admin;
    const settings = settingsFor(sandbox, { developers: { alice: {} } });
    await makeStack(sandbox, settings);
    const { iam } = await administratorOf(sandbox, settings.authAccount);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "alice" }));
    const saved = sandbox.save();
    const common = { cwd: admin.directory, env: admin.environment() };
    const bareInput = {
      ...{ accessRole: settings.accessRole, authAccount: settings.authAccount, userName: "alice" },
      ...{ accounts: Object.values(settings.developmentAccounts), roleName: roleNameOf(settings, "alice") },
      policy: JSON.stringify(denyWhileLocked({ since: "2026-01-01T00:00:00Z" })),
    };
    const ours: Program = { ...common, script: program, args: ["lock", "alice", "--yes"] };
    const bare: Program = { ...common, script: bareLock, args: [JSON.stringify(bareInput)] };
    const timed = async (of: Program): Promise<number> => {
      sandbox.restore(saved);
      const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
      return untilRefused(clients(sandbox, { accessKeyId, secretAccessKey }), of);
    };
    const sides = async (latency: number) => {
      sandbox.setLatency(latency);
      // Both programs run once before they are measured, so that their files are in the disk cache.
      await timed(ours);
      await timed(bare);
      const seconds = await interleave(
        rounds,
        () => timed(ours),
        () => timed(bare),
      );
      return medians(seconds);
    };
    const [near, far] = [await sides(0), await sides(latencyOfAws)];
    const what = "lock, until the person's first refused call";
    return [
      comparison({ what, quantity: `time, with ${latencyOfAws} ms until each answer`, unit: "s" }, far, 1.5),
      // This row is for information: AWS never answers at once. It mostly shows the start of a process, as the benchmark help does.
      comparison({ what, quantity: "time, with answers at once", unit: "s" }, near),
    ];
  } finally {
    await admin.close();
  }
}

/** Measures the seconds from the start of a program until a call of the developer is refused. It then waits for the program's end. */
async function untilRefused({ iam }: Clients, of: Program): Promise<number> {
  await iam.send(new GetUserCommand({}));
  const started = performance.now();
  const run = measureTime(of);
  for (;;) {
    const answer = await iam.send(new GetUserCommand({})).catch((error: unknown) => error);
    if (answer instanceof Error) {
      if (answer.name !== "AccessDenied" && answer.name !== "AccessDeniedException") throw answer;
      break;
    }
    await setTimeout(5);
  }
  const seconds = (performance.now() - started) / 1000;
  await run;
  return seconds;
}
