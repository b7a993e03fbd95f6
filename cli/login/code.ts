import { createHash } from "node:crypto";

import { Failure } from "../failure.ts";
import { askText, canAsk } from "../terminal/ask.ts";
import type { Memory } from "./memory.ts";
import { tell } from "../terminal/tell.ts";

/** A device shows a new code every 30 seconds (RFC 6238, and IAM User Guide, "Virtual MFA devices"). */
const step = 30_000;

/** Milliseconds for which AWS could still accept a code. */
const lifetime = 3 * step;

/** The six digits of a typed code. @throws Failure for anything that no device shows, before AWS is asked for anything */
export function sixDigits(code: string): string {
  const problem = codeProblem(code);
  if (problem !== true) throw new Failure(problem, "Type the code that your MFA device shows.");
  return digitsOf(code);
}

/** The digits alone: apps show codes in two groups, and Japanese keyboards type full-width digits. */
function digitsOf(code: string): string {
  return code.normalize("NFKC").replace(/[\s-]/g, "");
}

function codeProblem(code: string): true | string {
  return /^\d{6}$/.test(digitsOf(code)) || "An MFA code is six digits.";
}

/** The codes of a developer's devices that were used already. */
export class UsedCodes {
  private readonly last: Memory["lastCode"];
  private readonly own = new Set<string>();

  constructor({ lastCode }: Memory) {
    this.last = lastCode;
  }

  add(code: string): void {
    this.own.add(hashOf(code));
  }

  has(code: string): boolean {
    const hash = hashOf(code);
    return this.own.has(hash) || (this.last?.hash === hash && Date.now() - this.last.usedAt < lifetime);
  }

  /** Seconds until the device shows a code that was not used; 0 when it does already. */
  get secondsToNext(): number {
    const { usedAt = 0 } = this.last ?? {};
    if (this.own.size === 0 && Math.floor(usedAt / step) !== Math.floor(Date.now() / step)) return 0;
    return secondsToNextCode();
  }

  get isWaiting(): boolean {
    return this.secondsToNext > 0;
  }
}

/** Seconds until every device shows another code. */
export function secondsToNextCode(): number {
  return Math.ceil((step - (Date.now() % step)) / 1000);
}

/** The memory of a used code: its hash is enough to recognize the code, and worthless once its half minute is over. */
export function rememberedCode(code: string): NonNullable<Memory["lastCode"]> {
  return { hash: hashOf(code), usedAt: Date.now() };
}

function hashOf(code: string): string {
  return createHash("sha256").update(`mfa-admin ${code}`).digest("base64url");
}

/**
 * The given code, if it can still be used; else a code that is asked for, if there is a terminal.
 *
 * @param what the code is for, as the question names it
 */
export async function codeToUse(given: string | undefined, used: UsedCodes, what: string): Promise<string> {
  if (given !== undefined && !used.has(given)) return given;
  if (given !== undefined) {
    const wait = used.secondsToNext;
    if (!canAsk()) {
      throw new Failure(
        "This code was used already; each works once.",
        wait > 0 ? `Wait for the next one, which comes in ${wait} s.` : "Give the next one, which your device shows.",
      );
    }
    tell(
      `This code was used already; ${wait > 0 ? `the next one comes in ${wait} s` : "your device shows the next one"}.`,
    );
  }
  return askCode(what, used);
}

/** Asks for a code that was not used yet, and says in how many seconds the next one appears. */
export async function askCode(what: string, used: UsedCodes): Promise<string> {
  const wait = used.secondsToNext;
  const message = wait > 0 ? `${what} (the next one, in ${wait} s):` : `${what}:`;
  const typed = await askText(message, (value) => {
    const problem = codeProblem(value);
    if (problem !== true) return problem;
    if (!used.has(digitsOf(value))) return true;
    return `This code was used already; the next one comes in ${secondsToNextCode()} s.`;
  });
  return digitsOf(typed);
}
