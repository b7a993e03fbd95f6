/** AWS's time: the machine's, what a test has let pass since, and how far the two clocks differ. */
export class Clock {
  #passedMilliseconds = 0;
  #aheadMilliseconds = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMilliseconds + this.#passedMilliseconds);
  }

  /** Lets time pass, for AWS and for those who use it. */
  advance(seconds: number): void {
    if (seconds < 0) throw new RangeError("time does not run backwards; setAhead makes clocks differ");
    this.#passedMilliseconds += seconds * 1000;
  }

  /** Makes AWS's clock differ from the machine's, as when the machine's is wrong; negative: AWS's is behind. */
  setAhead(seconds: number): void {
    this.#aheadMilliseconds = seconds * 1000;
  }

  /**
   * What may be taken for the present by those who sign requests: the machine's clock does not notice that a test has let
   * time pass, while AWS's SDKs do, by the dates of the answers.
   */
  present(): { earliest: Date; latest: Date } {
    const latest = this.now();
    return { earliest: new Date(latest.getTime() - this.#passedMilliseconds), latest };
  }
}
