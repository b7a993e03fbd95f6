import type { FinalizeRequestMiddleware, HandlerExecutionContext, Pluggable } from "@aws-sdk/types";

/** How long one try waits for a connection and for an answer, in milliseconds. IAM answers within seconds, STS within one. */
export const iamPatience = { connectionTimeout: 4000, requestTimeout: 15_000, throwOnRequestTimeout: true };
export const stsPatience = { ...iamPatience, requestTimeout: 5000 };

/** Attempts of a call that is not answered in time. */
const tries = 2;

/** A call was not answered; the SDK does not retry this error. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * A plugin for an SDK client that gives up a call after two unanswered attempts, however often the SDK would retry. So an endpoint that
 * swallows requests does not hold up the work in other accounts.
 */
export function givingUp<Input extends object, Output extends object>(): Pluggable<Input, Output> {
  return {
    applyToStack: (stack) => {
      stack.addRelativeTo(giveUp<Input, Output>(), {
        name: "givingUp",
        relation: "before",
        toMiddleware: "httpSigningMiddleware",
        override: true,
      });
    },
  };
}

/** Unanswered attempts by call: the SDK keeps the context through all attempts. */
const unanswered = new WeakMap<HandlerExecutionContext, number>();

const giveUp =
  <Input extends object, Output extends object>(): FinalizeRequestMiddleware<Input, Output> =>
  (next, context) =>
  async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "TimeoutError") throw error;
      const count = (unanswered.get(context) ?? 0) + 1;
      unanswered.set(context, count);
      if (count < tries) throw error;
      const { commandName = "the call", clientName = "AWS" } = context as { commandName?: string; clientName?: string };
      const action = commandName.replace(/Command$/, "");
      throw new NoAnswer(`${clientName.replace(/Client$/, "")} has not answered ${action} in time`);
    }
  };
