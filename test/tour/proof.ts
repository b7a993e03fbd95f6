import { plainTable } from "../../cli/terminal/table.ts";

type Outcome = "allowed" | "refused";

interface Line {
  who: string;
  what: string;
  mfa: "with MFA" | "without MFA" | "—";
  expected: Outcome;
  got: string;
}

/** A table of who tried what with which outcome; every line is a call that was really made. */
export class Proof {
  readonly lines: Line[] = [];
  private shown = 0;

  /** Makes the call, and notes whether AWS allowed it. Returns what it gave, if anything. */
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
      // An AWS error carries metadata; anything else is a fault of the tour and no refusal.
      if (!(error instanceof Error) || !("$metadata" in error)) throw error;
      this.lines.push({ who, what, mfa, expected, got: `refused (${error.name.replace(/Exception$/, "")})` });
      return undefined;
    }
  }

  get unexpected(): Line[] {
    return this.lines.filter(({ expected, got }) => !got.startsWith(expected));
  }

  /** The lines since the last call. */
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
