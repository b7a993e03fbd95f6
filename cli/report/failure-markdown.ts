import { explain } from "../explain.ts";
import { printable } from "../terminal/one-line.ts";
import { redacted } from "../terminal/redact.ts";
import { commentMarker } from "./markdown.ts";
import { block } from "./markdown-text.ts";
import type { ReportKind } from "../results/report.ts";

/**
 * A failed command as markdown: the error and its remedy.
 *
 * @param place the report that this replaces, so that no older one is taken for this run's
 */
export function failureMarkdown(
  command: string,
  error: Error,
  place?: { kind: ReportKind | "verify"; stack: string },
): string {
  const { message, remedy } = explain(error);
  const lines = [message, remedy].filter((line) => line !== undefined).map((line) => printable(redacted(line)));
  return [
    ...(place === undefined ? [] : [commentMarker(place)]),
    `### \`mfa-admin ${command}\` failed`,
    "",
    block("text", lines),
    "",
  ].join("\n");
}
