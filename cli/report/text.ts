import { oneLine } from "../terminal/one-line.ts";
import { styled } from "../terminal/stream.ts";
import { accessTexts } from "./access-text.ts";
import { changeLines } from "./change-lines.ts";
import type { PreviewReport } from "../results/report.ts";
import type { Warning } from "../results/warning.ts";
import { warningTexts } from "./warning-texts.ts";
import type { Mark } from "./phrases.ts";

const plain: Mark = oneLine;

/** The report for a terminal. The summary is left out where a question with it follows. */
export function reportText(report: PreviewReport, stream: NodeJS.WriteStream, { asking = false } = {}): string {
  const { kind, summary, reason, warnings, developers, resources, accounts, repair = [], pending = [] } = report;
  const changes = [...resources, ...developers.flatMap((developer) => developer.changes)];
  const access = kind === "drift" ? [] : accessTexts(report, plain).map((sentence) => `  ${sentence}`);
  const parts = [
    reason === undefined ? [] : [`This is the roster alone. ${reason}`],
    asking ? [] : [summary],
    warningLines(warnings, stream, accounts),
    changeLines(changes, { accounts, stream }),
    access.length === 0 ? [] : ["From now on:", ...access],
    repair.length === 0
      ? []
      : [
          `What ${report.refreshed === true ? "up" : "refresh and up"} would do about it:`,
          ...changeLines(repair, { accounts, stream, drifted: changes }),
        ],
    pending.length === 0 ? [] : ["Not applied yet of the settings:", ...changeLines(pending, { accounts, stream })],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** The warnings as lines. @param accounts the number of development accounts, where it is known */
export function warningLines(warnings: Warning[], stream: NodeJS.WriteStream, accounts = 0): string[] {
  return warningTexts({ warnings, accounts }, plain).map((told) => `${styled("yellow", "!", stream)} ${told}`);
}
