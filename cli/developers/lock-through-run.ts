import { setTimeout } from "node:timers/promises";

import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import type { RefusedPart } from "../results/lock.ts";
import { holderText, runsUnderWay } from "../state/stack-lock.ts";
import { tell } from "../terminal/tell.ts";

/** Milliseconds between two looks at the run; its retries leave the state without a lock for some seconds. */
const pause = 2000;
const looksWithoutRun = 3;

/** Milliseconds after which a run is given up: it may have died on another machine. */
const patience = 15 * 60_000;

/** Milliseconds that the state's locks are waited for: a lock on somebody needs no state. */
const patienceWithState = 8000;

/**
 * Puts a lock again and again while a run of the engine is under way, and once more when it has ended. The run knows the denials that were
 * there when it began, and keeps those: Cloud Control replaces all policies of what it changes, and this lock among them.
 *
 * @param again puts the lock once more. Returns what AWS has refused
 * @throws Failure where the run does not end, or AWS refuses the last time
 */
export async function lockThroughRun(
  project: Project,
  again: () => Promise<RefusedPart[]>,
  command: string,
): Promise<void> {
  const [first] = await runsSeen(project);
  if (first === undefined) return;
  tell(
    `A run is under way, which takes the lock off what it changes: ${holderText(first)}. It is put again until the run has ended. Ctrl-C ends this, and leaves the lock.`,
  );
  const started = Date.now();
  for (let looks = 0; looks < looksWithoutRun;) {
    await setTimeout(pause);
    looks = (await runsSeen(project)).length === 0 ? looks + 1 : 0;
    const refused = await again();
    if (looks === looksWithoutRun && refused.length > 0) throw notAgain("AWS has refused a part of it now.", command);
    if (Date.now() - started > patience) throw notAgain("The run is under way still.", command);
  }
}

function notAgain(why: string, command: string): Failure {
  return new Failure(
    `A run may have taken the lock off again. ${why}`,
    `Run mfa-admin ${command} again when no run is under way.`,
  );
}

async function runsSeen(project: Project): ReturnType<typeof runsUnderWay> {
  const late = new AbortController();
  const seen = runsUnderWay(project).catch(() => []);
  try {
    return await Promise.race([seen, setTimeout(patienceWithState, [], { signal: late.signal })]);
  } finally {
    late.abort();
  }
}
