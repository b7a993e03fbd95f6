import { setTimeout } from "node:timers/promises";

import { wordsOf } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { holderText, keepsLocks, livingHolders, Locked, seesRuns } from "../state/stack-lock.ts";
import { oneLine } from "../terminal/one-line.ts";
import { tell } from "../terminal/tell.ts";

/** Milliseconds between two looks at the run. Its own retries leave the state without a lock for some seconds. */
const pause = 2000;
const looksWithoutRun = 3;

/** How long a run is waited for, in milliseconds: it may have died on another machine. */
const patience = 900_000;

/** How long the place of the state is waited for, in milliseconds. */
const patienceWithState = 8000;

/** Puts a denial again through a run. */
type ThroughRun = (command: string, again: () => Promise<void>) => Promise<void>;

/**
 * Looks whether a run is under way, while a command puts a denial on users and roles. That run has read before what denies, and Cloud
 * Control replaces all policies of what it changes. So the denial is put again until the run has ended. The look needs the state's place,
 * and the denial does not: it is put without waiting for the look, and where nobody can look, that is told.
 *
 * @returns a function that puts the denial `again` where a run was seen before or after it. It throws a Failure where the run does not end,
 * and what `again` throws at the last time
 */
export function watchRuns(project: Project): ThroughRun {
  const before = look(project);
  return async (command, again) => {
    const [atFirst, now] = await Promise.all([before, look(project)]);
    const seen = now ?? atFirst;
    if (seen === undefined) return;
    if ("unknown" in seen) {
      tell(
        `Whether a run of the stack is under way could not be seen (${oneLine(seen.unknown)}). One that is may undo this: run mfa-admin ${command} again after it.`,
      );
      return;
    }
    tell(
      `A run is under way${seen.holder}, which may undo this without knowing of it: this is done again until that run has ended. Ctrl-C ends that, and leaves this as it is.`,
    );
    await throughRun(project, command, again);
    tell("The run has ended, and this is in force.");
  };
}

async function throughRun(project: Project, command: string, again: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + patience;
  for (let looks = 0; looks < looksWithoutRun;) {
    await setTimeout(pause);
    looks = (await look(project)) === undefined ? looks + 1 : 0;
    const isLast = looks === looksWithoutRun;
    await again().catch((error: unknown) => {
      if (isLast) throw error;
    });
    if (!isLast && Date.now() > deadline) {
      throw new Failure(
        "The run is under way still, or it cannot be seen any more.",
        `Run mfa-admin ${command} again when no run is under way: the run may have undone this. If it is no longer running, release its lock with mfa-admin cancel.`,
      );
    }
  }
}

/** A run that is under way, with who runs it where that is known, or why that cannot be seen; undefined where there is none. */
type Seen = { holder: string } | { unknown: string } | undefined;

async function look(project: Project): Promise<Seen> {
  const late = new AbortController();
  const tooLate = setTimeout(patienceWithState, undefined, { signal: late.signal }).then((): Seen => ({
    unknown: `no answer within ${patienceWithState / 1000} s`,
  }));
  try {
    return await Promise.race([runSeen(project), tooLate]);
  } catch (error) {
    return { unknown: wordsOf(error) };
  } finally {
    late.abort();
    tooLate.catch(() => undefined);
  }
}

async function runSeen(project: Project): Promise<Seen> {
  if (keepsLocks(project)) {
    const [holder] = await livingHolders(project);
    return holder && { holder: `: ${holderText(holder)}` };
  }
  if (!seesRuns(project)) return { unknown: `only Pulumi sees the locks in ${project.backendUrl}` };
  try {
    // Pulumi is loaded only where a server has to be asked.
    await (await import("../engine/idle.ts")).ensureNoOtherRun(project);
    return undefined;
  } catch (error) {
    if (error instanceof Locked) return { holder: "" };
    throw error;
  }
}
