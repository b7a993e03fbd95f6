import { chainOf } from "./explain-system.ts";

/** An error with all its causes, for `--verbose`: each with its stack trace, and AWS's request id for its support. */
export function detailsOf(error: Error): string {
  return chainOf(error)
    .map((link, index) => {
      const { requestId } = (link as { $metadata?: { requestId?: string } }).$metadata ?? {};
      const text = `${index === 0 ? "" : "Caused by: "}${link.stack ?? `${link.name}: ${link.message}`}`;
      return requestId === undefined ? text : `${text}\n    AWS's request ${requestId}`;
    })
    .join("\n");
}
