/** How often an account may ask for something, as AWS throttles it. */
export interface Rate {
  /** As in the SDK's package name. */
  service: string;
  /** All of the service's by default; these share the rate. */
  actions?: string[];
  perSecond: number;
  /** How many may come at once after a pause. */
  burst: number;
}

/** The rates that count: each account has a bucket of tokens for each of them, which fills by and by. */
export class Rates {
  #rates: Rate[] = [];
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  set(rates: Rate[]): void {
    this.#rates = rates;
    this.#buckets.clear();
  }

  /**
   * Takes a token out of each bucket that a request needs one of.
   *
   * @param now in milliseconds
   * @returns false where one is empty
   */
  admit({ service, action, accountId }: { service: string; action: string; accountId: string }, now: number): boolean {
    const due = this.#rates.filter((rate) => rate.service === service && (rate.actions?.includes(action) ?? true));
    const buckets = due.map((rate) => {
      const key = `${this.#rates.indexOf(rate)} ${accountId}`;
      const { tokens, at } = this.#buckets.get(key) ?? { tokens: rate.burst, at: now };
      const bucket = { tokens: Math.min(rate.burst, tokens + ((now - at) / 1000) * rate.perSecond), at: now };
      this.#buckets.set(key, bucket);
      return bucket;
    });
    if (buckets.some(({ tokens }) => tokens < 1)) return false;
    for (const bucket of buckets) bucket.tokens--;
    return true;
  }
}
