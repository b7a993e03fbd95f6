import type { FinalizeRequestMiddleware, HandlerExecutionContext, Pluggable } from "@aws-sdk/types";

/** How long one try waits for a connection and for an answer, in milliseconds. IAM answers within seconds, STS within one. */
export const iamPatience = { connectionTimeout: 4000, requestTimeout: 15_000, throwOnRequestTimeout: true };
export const stsPatience = { ...iamPatience, requestTimeout: 5000 };

/** How often a call is made that is not answered in time. */
const tries = 2;

/** Nobody has answered; the SDK tries it no more. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * Gives a call up that is not answered twice, whatever else the SDK tries more often: a place that swallows requests holds up
 * nothing that is done elsewhere.
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

/** Calls that were not answered, by what the SDK keeps through all tries of one. */
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
