import { missedLines } from "../report/missed-text.ts";
import { listed } from "../report/phrases.ts";
import { counted } from "../report/summary.ts";
import type { History, HistoryRow } from "../results/history.ts";
import { oneLine } from "../terminal/one-line.ts";
import { plainTable } from "../terminal/table.ts";

/**
 * The history for a terminal: a table, the number of rows that --limit has left out, and what could not be read.
 *
 * @param developer whom alone it is about, if it is
 */
export function historyText(history: History, developer: string | undefined, stream: NodeJS.WriteStream): string {
  const { rows, older, missed, since } = history;
  const about = developer === undefined ? "" : ` about ${oneLine(developer)}`;
  const table =
    rows.length === 0
      ? `Nothing is known to have been done${about} since ${since.slice(0, 10)}.`
      : tableOf(rows, stream);
  return [
    table,
    ...(older > 0 ? [`${counted(older, "older row")} left out; --limit shows more.`] : []),
    ...missedLines(missed, stream).map((lines) => lines.join("\n")),
  ].join("\n\n");
}

function tableOf(rows: HistoryRow[], stream: NodeJS.WriteStream): string {
  return plainTable(
    ["When", "Who", "What", "Whom", "Source"],
    rows.map((row) => [
      `${row.at.slice(0, 16).replace("T", " ")} UTC`,
      oneLine(row.who),
      oneLine(row.failed === true ? `${row.what} (failed)` : row.what),
      oneLine(whomText(row)),
      row.account === undefined ? sourceText(row) : `${row.source} ${row.account}`,
    ]),
    stream,
  );
}

const sourceText = ({ source, commit }: HistoryRow): string =>
  commit === undefined ? source : `${source} ${commit.slice(0, 8)}`;

/** The text of a change: "adds carol; removes bob; settings: guardRails". */
function whomText({ whom, adds = [], removes = [], changes = [], settings = [] }: HistoryRow): string {
  const parts = Object.entries({ adds, removes, changes }).flatMap(([verb, names]) =>
    names.length === 0 ? [] : [`${verb} ${listed(names, plain, 5)}`],
  );
  if (settings.length > 0) parts.push(`settings: ${settings.join(", ")}`);
  return parts.length === 0 ? listed(whom, plain, 5) : parts.join("; ");
}

const plain = (name: string): string => name;
