import { isAccessDenied, wordsOf } from "../aws/error-words.ts";
import { remedyForMissed } from "../aws/missing-right.ts";
import { explain } from "../explain.ts";
import { Failure } from "../failure.ts";
import type { Check } from "../results/doctor.ts";

/** What is looked at, and in which account. */
export type Subject = Pick<Check, "name" | "account">;

export const ok = (subject: Subject, fact: string): Check => ({ ...subject, level: "ok", fact });

/**
 * Does what throws unless something holds, and tells what came of it: what a run would refuse is a failure, in the same words; what
 * AWS does not let be seen is told as not looked at, with the right that is missing.
 *
 * @returns the checks of what was done, or the one line of what it has thrown
 */
export async function looked(subject: Subject, look: () => Promise<Check[]> | Check[]): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    return [thrown(subject, error)];
  }
}

export function thrown(subject: Subject, error: unknown): Check {
  if (error instanceof Failure) return told({ ...subject, level: "failure" }, error);
  if (isAccessDenied(error)) {
    const reason = wordsOf(error);
    return { ...subject, level: "unknown", fact: reason, remedy: remedyForMissed(reason, "doctor") };
  }
  return told({ ...subject, level: "unknown" }, explain(error instanceof Error ? error : new Error(String(error))));
}

function told(check: Pick<Check, "name" | "account" | "level">, { message, remedy }: Failure): Check {
  const [, sentence, command] = /^(.*?)(?:^|\s)Run: (.*)$/s.exec(remedy ?? "") ?? [undefined, remedy, undefined];
  return {
    ...check,
    fact: message,
    ...(sentence && { remedy: sentence }),
    ...(command !== undefined && { command }),
  };
}
