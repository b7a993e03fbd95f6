import { type Project, stackReference } from "../project/project.ts";
import type { CancelResult, LockHolder } from "../results/cancel.ts";
import { holderText, keepsLocks, locksOf, seesRuns } from "../state/stack-lock.ts";
import { confirmChange } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";

export interface CancelOptions {
  /** Releases the locks of this user alone. */
  heldBy: string | undefined;
  yes: boolean;
}

/** Releases the locks of a stack: lock files are deleted; for a state on a server, the update is cancelled there. */
export async function cancel(
  project: Project,
  { heldBy, yes }: CancelOptions,
  printer: Printer,
): Promise<CancelResult> {
  const name = stackReference(project);
  const locks = (await locksOf(project)).filter(({ holder }) => heldBy === undefined || holder.username === heldBy);
  const released = locks.map(({ holder }) => holder);
  const result = { stack: project.stack, released };
  const question = `Release the lock of the stack "${name}"? No other run may be under way.`;
  if (heldBy === undefined && !keepsLocks(project)) {
    const { openStack } = await import("./stack.ts");
    // Cancelling needs no secret: no passphrase is asked for.
    const stack = await openStack(project, { secrets: {} });
    await confirmChange(question, yes);
    await stack.cancel();
  } else if (locks.length === 0) {
    printer.log(
      heldBy === undefined ? `The stack "${name}" is not locked.` : `The stack "${name}" has no lock of ${heldBy}.`,
    );
    return result;
  } else {
    await confirmChange(question, yes);
    for (const lock of locks) await lock.remove();
  }
  printer.log(seesRuns(project) ? releasedText(name, released) : unseenText(name));
  return result;
}

/** The text about locks that only the engine sees. */
function unseenText(name: string): string {
  return `Whoever held the stack "${name}" holds it no longer. Run mfa-admin up to finish what may have been under way.`;
}

function releasedText(name: string, released: LockHolder[]): string {
  const holders = released.length === 0 ? "" : `: ${released.map(holderText).join("; ")}`;
  return `The lock of the stack "${name}" is released${holders}. Run mfa-admin up to finish what was under way.`;
}
