import { isAccessDenied, wordsOf } from "../aws/error-words.ts";
import { remedyForMissed } from "../aws/missing-right.ts";
import { explain } from "../explain.ts";
import { Failure } from "../failure.ts";
import type { Check } from "../results/doctor.ts";

/** The name of a check, and its account. */
export type Subject = Pick<Check, "name" | "account">;

export const ok = (subject: Subject, fact: string): Check => ({ ...subject, level: "ok", fact });

/**
 * Runs a check that throws where something does not hold. A Failure, as a run would throw it, becomes a check of level "failure" in
 * the same words; where AWS denies access, the level is "unknown", and the remedy names the missing right.
 *
 * @returns the checks that `look` returns, or one check for the error that it throws
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
