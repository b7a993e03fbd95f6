/** A rate limit of an account, by which AWS throttles. */
export interface Rate {
  /** The service as in the SDK's package name. */
  service: string;
  /** The actions that share the rate; all actions of the service by default. */
  actions?: string[];
  perSecond: number;
  /** The number of requests that are accepted at once after a pause. */
  burst: number;
}

/** The rate limits in force: each account has a token bucket for each of them. */
export class Rates {
  #rates: Rate[] = [];
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  set(rates: Rate[]): void {
    this.#rates = rates;
    this.#buckets.clear();
  }

  /**
   * Takes a token from the bucket of each rate limit that covers a request.
   *
   * @param now in milliseconds
   * @returns false where a bucket is empty
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
