import type { FinalizeRequestMiddleware, HandlerExecutionContext, Pluggable } from "@aws-sdk/types";

/**
 * A plugin for an SDK client that looks at the error of each attempt of a call, inside the SDK's retries, which go by that error, and around
 * the middleware that corrects the clock.
 *
 * @param act may change the error, or throw another one in its place. The SDK keeps the context through all attempts of a call
 */
export function onFailedAttempt<Input extends object, Output extends object>(
  name: string,
  act: (error: unknown, context: HandlerExecutionContext) => void,
): Pluggable<Input, Output> {
  const middleware: FinalizeRequestMiddleware<Input, Output> = (next, context) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      act(error, context);
      throw error;
    }
  };
  return {
    applyToStack: (stack) => {
      stack.addRelativeTo(middleware, {
        ...{ name, relation: "before", toMiddleware: "httpSigningMiddleware", override: true },
      });
    },
  };
}
