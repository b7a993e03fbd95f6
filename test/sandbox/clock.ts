/** AWS's time: the machine's time, plus the time that tests have let pass, plus the difference of the two clocks. */
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

  /** Sets the difference of AWS's clock and the machine's, as for a machine with a wrong clock; negative: AWS's is behind. */
  setAhead(seconds: number): void {
    this.#aheadMilliseconds = seconds * 1000;
  }

  /**
   * The times that a signer may take for the present. The machine's clock does not know of time that a test has let pass, while AWS's SDKs
   * do, by the dates of the answers.
   */
  present(): { earliest: Date; latest: Date } {
    const latest = this.now();
    return { earliest: new Date(latest.getTime() - this.#passedMilliseconds), latest };
  }
}
