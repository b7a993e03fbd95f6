import { wordsOf } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import { ensureUnlocked, keepsLocks, Locked } from "../state/stack-lock.ts";
import { waitForLock } from "../state/wait.ts";
import { oneLine } from "../terminal/one-line.ts";
import { tell } from "../terminal/tell.ts";

/** How long another run is waited for, in milliseconds. */
const patience = 900_000;

/** Does something once more where another run is, or was, under way. */
type OnceMore = (command: string, act: () => Promise<void>) => Promise<void>;

/**
 * Looks whether a run is under way, while a command puts a denial on users and roles. That run has read before what denies, and may write
 * a user or a role without it. So the denial is put once more when the run has ended. The look needs the state's place, and the denial
 * does not: it is put without waiting for the look, and where nobody can look, that is told.
 */
export function watchRuns(project: Project): OnceMore {
  const before = look(project);
  return async (command, act) => {
    const [atFirst, now] = await Promise.all([before, look(project)]);
    const found = [now, atFirst].find((one) => one !== undefined);
    if (found === undefined) return;
    if (!(found instanceof Locked)) {
      tell(
        `Whether a run of the stack is under way could not be seen (${oneLine(wordsOf(found))}). One that is may undo this: run mfa-admin ${command} again after it.`,
      );
      return;
    }
    tell(`${found.message} It may undo this without knowing of it: this is done once more when it has ended.`);
    await ended(project, command);
    await act();
    tell("That run has ended, and this was done once more.");
  };
}

/** @returns a {@link Locked} where a run is under way, another error where that could not be seen; otherwise undefined */
async function look(project: Project): Promise<unknown> {
  try {
    // Pulumi is loaded only where a server has to be asked.
    if (keepsLocks(project)) await ensureUnlocked(project);
    else await (await import("../engine/idle.ts")).ensureNoOtherRun(project);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** @throws Failure where the run has not ended in a quarter of an hour */
async function ended(project: Project, command: string): Promise<void> {
  const isUnderWay = async (): Promise<void> => {
    const found = await look(project);
    if (found instanceof Locked) throw found;
  };
  try {
    await waitForLock(Date.now() + patience, isUnderWay);
  } catch (error) {
    if (!(error instanceof Locked)) throw error;
    throw new Failure(
      `${error.message} It has not ended in a quarter of an hour.`,
      `Run mfa-admin ${command} again when it has: the run may have undone this. If it is no longer running, release the lock with mfa-admin cancel.`,
    );
  }
}
