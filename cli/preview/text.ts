import { changeMark } from "../terminal/progress.ts";
import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";
import { isUndone } from "./drift-repair.ts";
import { policyLines, policyTitle } from "./policy-lines.ts";
import type { PreviewReport, ResourceChange, Warning } from "./schema.ts";
import { accessText, type Mark, operationWords, propertyText, takeoverTexts, warningText } from "./wording.ts";

const plain: Mark = oneLine;

/** The report for people at a terminal. */
export function text(report: PreviewReport, stream: NodeJS.WriteStream): string {
  const { summary, reason, warnings, developers, resources, repair = [], pending = [] } = report;
  const changes = [...resources, ...developers.flatMap(({ changes }) => changes)];
  const access = developers.flatMap((developer) => {
    const sentence = report.kind === "drift" ? undefined : accessText(developer, plain);
    return sentence === undefined ? [] : [`  ${sentence}`];
  });
  const parts = [
    reason === undefined ? [] : [`This is the roster alone. ${reason}`],
    [summary],
    warningLines(warnings, stream),
    changeLines(changes, stream),
    access.length === 0 ? [] : ["From now on:", ...access],
    repair.length === 0
      ? []
      : [
          `What ${report.refreshed === true ? "up" : "refresh and up"} would do about it:`,
          ...changeLines(repair, stream, changes),
        ],
    pending.length === 0 ? [] : ["Not applied yet of the settings:", ...changeLines(pending, stream)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

export function warningLines(warnings: Warning[], stream: NodeJS.WriteStream): string[] {
  return warnings.map((warning) => `${styled("yellow", "!", stream)} ${warningText(warning, plain)}`);
}

/** @param drifted what is put back, where a change does no more than that, is not told once more */
function changeLines(changes: ResourceChange[], stream: NodeJS.WriteStream, drifted: ResourceChange[] = []): string[] {
  const width = Math.max(0, ...changes.map(({ account }) => account.length));
  return changes.flatMap((change) => {
    const { operation, account, type, name, since } = change;
    const adopted = operation === "adopt" ? `: ${operationWords.adopt}` : "";
    const later = since === undefined ? "" : `, some time after ${since}`;
    const line = `  ${changeMark(operation === "adopt" ? "update" : operation, stream)} ${account.padEnd(width)}  ${type} ${name}${later}${adopted}`;
    if (drifted.some((drift) => isUndone(drift, change))) return [`${line}: put back`];
    return [
      line,
      ...takeoverTexts(change, plain).map((text) => `      ${text}`),
      ...change.properties.map((property) => `      ${propertyText(property, plain)}`),
      ...change.policies.flatMap((policy) => [
        `      ${policyTitle(policy, plain)}`,
        ...policyLines(policy).map((line) => `        ${coloured(line, stream)}`),
      ]),
    ];
  });
}

function coloured(line: string, stream: NodeJS.WriteStream): string {
  if (line.startsWith("+")) return styled("green", line, stream);
  return line.startsWith("-") ? styled("red", line, stream) : line;
}
