import { changeMark } from "../terminal/progress.ts";
import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";
import type { PreviewReport, ResourceChange } from "./schema.ts";
import { accessText, detailsOf, type Mark, warningText } from "./wording.ts";

const plain: Mark = oneLine;

/** The report for people at a terminal. */
export function text(report: PreviewReport, stream: NodeJS.WriteStream): string {
  const { summary, reason, warnings, developers, resources, repair = [] } = report;
  const changes = [...resources, ...developers.flatMap(({ changes }) => changes)];
  const access = developers.flatMap((developer) => {
    const sentence = report.kind === "drift" ? undefined : accessText(developer, plain);
    return sentence === undefined ? [] : [`  ${sentence}`];
  });
  const parts = [
    reason === undefined ? [] : [`This is the roster alone. ${reason}`],
    [summary],
    warnings.map((warning) => `${styled("yellow", "!", stream)} ${warningText(warning, plain)}`),
    changeLines(changes, stream),
    access.length === 0 ? [] : ["From now on:", ...access],
    repair.length === 0 ? [] : ["What refresh and up would do about it:", ...changeLines(repair, stream)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function changeLines(changes: ResourceChange[], stream: NodeJS.WriteStream): string[] {
  const width = Math.max(0, ...changes.map(({ account }) => account.length));
  return changes.flatMap((change) => {
    const { operation, account, type, name, since } = change;
    const later = since === undefined ? "" : `, some time after ${since}`;
    return [
      `  ${changeMark(operation, stream)} ${account.padEnd(width)}  ${type} ${name}${later}`,
      ...detailsOf(change, plain).map((detail) => `      ${detail}`),
    ];
  });
}
