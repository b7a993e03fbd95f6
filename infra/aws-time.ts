import type { MiddlewareStack } from "@aws-sdk/types";

/** Has a client note the Date header of AWS's answers. @returns a function for the last one, in milliseconds since the epoch */
export function notingTime<Input extends object, Output extends object>(client: {
  middlewareStack: MiddlewareStack<Input, Output>;
}): () => number | undefined {
  let date: string | undefined;
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const { headers = {} } = result.response as { headers?: Record<string, string> };
      date = headers["date"] ?? date;
      return result;
    },
    { step: "deserialize", priority: "low", name: "noteTime", override: true },
  );
  return () => (date === undefined ? undefined : Date.parse(date));
}
