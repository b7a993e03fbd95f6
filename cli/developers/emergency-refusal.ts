import { wordsOf } from "../aws/cut-off.ts";
import { explain } from "../explain.ts";
import { Declined, Failure } from "../failure.ts";

/** A command that takes something from a developer who has to be shut out now. */
export type EmergencyCommand = "remove-developer" | "revoke-keys" | "reset-mfa" | "end-sessions";

const commands: EmergencyCommand[] = ["remove-developer", "revoke-keys", "reset-mfa", "end-sessions"];

/** "What needs none of this: mfa-admin revoke-keys alice, mfa-admin end-sessions alice." */
export function othersThatWork(command: EmergencyCommand, userName: string): string {
  const others = commands.filter((other) => other !== command).map((other) => `mfa-admin ${other} ${userName}`);
  return `What works apart from it: ${others.join(", ")}.`;
}

/** Where nobody can be looked up in the auth account, none of the commands can do anything: what is left is told. */
export async function tellingWhatIsLeft<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Declined || error.name === "ExitPromptError") throw error;
    const { message, remedy, setting } = explain(error);
    const byHand = "To shut somebody out meanwhile, with credentials of the auth account: docs/emergency.md.";
    throw new Failure(message, [remedy, byHand].filter(Boolean).join(" "), {
      cause: error,
      ...(setting && { setting }),
    });
  }
}

/** Something of a developer's that AWS would not take away. */
export interface NotTaken {
  what: string;
  /** AWS's own words. */
  reason: string;
}

/** Takes several things away, each whatever becomes of the others. */
export async function takeEach<T>(
  things: T[],
  nameOf: (thing: T) => string,
  take: (thing: T) => Promise<void>,
): Promise<{ taken: T[]; failed: NotTaken[] }> {
  const taken: T[] = [];
  const failed: NotTaken[] = [];
  for (const thing of things) {
    try {
      await take(thing);
      taken.push(thing);
    } catch (error) {
      failed.push({ what: nameOf(thing), reason: wordsOf(error) });
    }
  }
  return { taken, failed };
}

/** @throws Failure when something was not taken away */
export function requireAllTaken(command: EmergencyCommand, userName: string, failed: NotTaken[]): void {
  if (failed.length === 0) return;
  throw new Failure(
    failed.map(({ what, reason }) => `${userName}: NOT deleted: ${what}: ${reason}`).join("\n"),
    `Run mfa-admin ${command} ${userName} again when AWS allows it. ${othersThatWork(command, userName)}`,
  );
}
