import type { HandlerExecutionContext, Pluggable } from "@aws-sdk/types";

import { onFailedAttempt } from "./failed-attempts.ts";

/**
 * How long one try waits for a connection and for an answer, in milliseconds. IAM answers within seconds, as S3 and KMS do, and STS within one.
 */
export const iamPatience = { connectionTimeout: 4000, requestTimeout: 15_000, throwOnRequestTimeout: true };
export const stsPatience = { ...iamPatience, requestTimeout: 5000 };

/** Attempts of a call that is not answered in time. */
const tries = 2;

/** A call was not answered; the SDK does not retry this error. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Unanswered attempts by call. */
const unanswered = new WeakMap<HandlerExecutionContext, number>();

/**
 * A plugin for an SDK client that gives up a call after two unanswered attempts, however often the SDK would retry. So an endpoint that
 * swallows requests does not hold up the work in other accounts.
 */
export function givingUp<Input extends object, Output extends object>(): Pluggable<Input, Output> {
  return onFailedAttempt("givingUp", (error, context) => {
    if (!(error instanceof Error) || error.name !== "TimeoutError") return;
    const count = (unanswered.get(context) ?? 0) + 1;
    unanswered.set(context, count);
    if (count < tries) return;
    const { commandName = "the call", clientName = "AWS" } = context as { commandName?: string; clientName?: string };
    const action = commandName.replace(/Command$/, "");
    throw new NoAnswer(`${clientName.replace(/Client$/, "")} has not answered ${action} in time`);
  });
}
