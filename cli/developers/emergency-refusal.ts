import { wordsOf } from "../aws/error-words.ts";
import { Failure } from "../failure.ts";
import { tell } from "../terminal/tell.ts";

/** A command that removes access or credentials of a developer who has to be shut out now. */
export type EmergencyCommand = "remove-developer" | "revoke-keys" | "reset-mfa" | "end-sessions";

const commands: EmergencyCommand[] = ["remove-developer", "revoke-keys", "reset-mfa", "end-sessions"];

/** "What needs none of this: mfa-admin revoke-keys alice, mfa-admin end-sessions alice." */
export function othersThatWork(command: EmergencyCommand, userName: string): string {
  const others = commands.filter((other) => other !== command).map((other) => `mfa-admin ${other} ${userName}`);
  return `What works apart from it: ${others.join(", ")}.`;
}

/** A credential or device that AWS refused to delete. */
export interface NotTaken {
  what: string;
  /** AWS's own words. */
  reason: string;
}

/** The things to delete. Where AWS refuses to list them, `unlisted` tells so, and the rest of the command goes on. */
export async function listEach<T>(what: string, list: Promise<T[]>): Promise<{ things: T[]; unlisted: NotTaken[] }> {
  try {
    return { things: await list, unlisted: [] };
  } catch (error) {
    if (error instanceof Failure) throw error;
    return { things: [], unlisted: [{ what, reason: wordsOf(error) }] };
  }
}

/** Deletes each thing, even where others fail. */
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

/** Prints what was not deleted, before anything else can fail. */
export function tellNotTaken(userName: string, failed: NotTaken[]): void {
  for (const { what, reason } of failed) tell(`${userName}: NOT deleted: ${what}: ${reason}`);
}

/** @throws Failure when something was not deleted */
export function requireAllTaken(command: EmergencyCommand, userName: string, failed: NotTaken[]): void {
  if (failed.length === 0) return;
  throw new Failure(
    `Not all that ${command} takes away was deleted; what was not is told above.`,
    `Run mfa-admin ${command} ${userName} again when AWS allows it. ${othersThatWork(command, userName)}`,
  );
}
