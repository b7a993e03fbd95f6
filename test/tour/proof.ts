import { plainTable } from "../../cli/terminal/table.ts";

type Outcome = "allowed" | "refused";

interface Line {
  who: string;
  what: string;
  mfa: "with MFA" | "without MFA" | "—";
  expected: Outcome;
  got: string;
}

/** A table of who made which call with which outcome. Every line is a call that was really made. */
export class Proof {
  readonly lines: Line[] = [];
  private shown = 0;

  /** Makes the call, and notes whether AWS allowed it. @returns the call's result, or undefined where AWS refused it */
  async expect<T>(
    expected: Outcome,
    who: string,
    mfa: Line["mfa"],
    what: string,
    call: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      const result = await call();
      this.lines.push({ who, what, mfa, expected, got: "allowed" });
      return result;
    } catch (error) {
      // An error of AWS has $metadata. Any other error is a fault of the tour, and no refusal.
      if (!(error instanceof Error) || !("$metadata" in error)) throw error;
      this.lines.push({ who, what, mfa, expected, got: `refused (${error.name.replace(/Exception$/, "")})` });
      return undefined;
    }
  }

  get unexpected(): Line[] {
    return this.lines.filter(({ expected, got }) => !got.startsWith(expected));
  }

  /** The lines since the last call of this method, as a table. */
  table(): string {
    const rows = this.lines
      .slice(this.shown)
      .map((line) => [
        line.got.startsWith(line.expected) ? "ok" : "NOT AS EXPECTED",
        line.who,
        line.what,
        line.mfa,
        line.expected,
        line.got,
      ]);
    this.shown = this.lines.length;
    return plainTable(["", "Who", "What", "MFA", "Expected", "Got"], rows);
  }
}
