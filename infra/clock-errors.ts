import type { MiddlewareStack, Pluggable } from "@aws-sdk/types";

import { onFailedAttempt } from "./failed-attempts.ts";

/** Names of errors for a signature's time, by service, and for a signature that may be wrong for its time alone (`@smithy/core`, "retry"). */
const ofClock =
  /^(AuthFailure|InvalidSignature|RequestExpired|RequestInTheFuture|RequestTimeTooSkewed|SignatureDoesNotMatch)/;

/**
 * A plugin for an SDK client that has the SDK retry for a wrong clock only what AWS refuses for the clock. Where this machine's clock is
 * wrong by four minutes or more, the SDK takes every error of AWS for one that a corrected clock avoids (AWS SDK for JavaScript,
 * `AwsSdkSigV4Signer`), and asks again for half a minute for a user whom there is not, or by a code that was refused.
 */
export function onlyClockErrors<Input extends object, Output extends object>(): Pluggable<Input, Output> {
  return onFailedAttempt("onlyClockErrors", (error) => {
    const { name = "", $metadata: answer } = error as { name?: string; $metadata?: object };
    if (answer !== undefined && !ofClock.test(name)) Object.assign(answer, { clockSkewCorrected: false });
  });
}

/** The client with {@link onlyClockErrors}. */
export function knowingClockErrors<Client, Input extends object, Output extends object>(
  client: Client & { middlewareStack: MiddlewareStack<Input, Output> },
): Client {
  client.middlewareStack.use(onlyClockErrors());
  return client;
}
