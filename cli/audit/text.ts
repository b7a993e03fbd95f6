import { stringify } from "csv-stringify/sync";

import { missedLines } from "../report/missed-text.ts";
import { counted } from "../report/summary.ts";
import type { Audit, AuditFinding } from "../results/audit.ts";
import { oneLine } from "../terminal/one-line.ts";
import { plainTable } from "../terminal/table.ts";

/** The report for a terminal: a table of the findings that count, one of those that the settings allow, and what was not read. */
export function auditText(audit: Audit, stream: NodeJS.WriteStream): string {
  const { findings, missed } = audit;
  const [counting, others] = [findings.filter(({ counts }) => counts), findings.filter(({ counts }) => !counts)];
  const parts = [
    [auditSummary(audit), scope(audit)],
    counting.length === 0 ? [] : [table(counting, stream)],
    others.length === 0 ? [] : ["Told, though the settings allow it:", table(others, stream)],
    ...missedLines(missed, stream),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n");
}

/** The report's first line. */
export function auditSummary({ findings, missed }: Pick<Audit, "findings" | "missed">): string {
  const { length } = findings.filter(({ counts }) => counts);
  const unseen = missed.length === 0 ? "" : ` ${counted(missed.length, "thing")} could not be looked at.`;
  return `${length === 0 ? "Nothing was found." : `${counted(length, "finding")}.`}${unseen}`;
}

function scope({ users, reportedAt, trail }: Audit): string {
  const as = reportedAt === undefined ? "" : `, as AWS reported it at ${minute(reportedAt)}`;
  const events =
    trail === undefined
      ? "CloudTrail was not read (--cloudtrail)."
      : `${counted(trail.events, "event")} of CloudTrail since ${trail.since.slice(0, 10)}.`;
  return `${counted(users, "IAM user")}${as}. ${events}`;
}

function table(findings: AuditFinding[], stream: NodeJS.WriteStream): string {
  return plainTable(
    ["Account", "Who", "Finding", "Since or at"],
    findings.map(({ account, who, fact, at }) => [
      account,
      oneLine(who),
      oneLine(fact),
      at === undefined ? "" : minute(at),
    ]),
    stream,
  );
}

/** "2026-11-24 09:30 UTC" */
const minute = (time: string): string => `${time.slice(0, 16).replace("T", " ")} UTC`;

/** The findings as CSV: a head, and a row each. No cell is taken for a formula by a spreadsheet. */
export function auditCsv({ findings }: Pick<Audit, "findings">): string {
  const columns: (keyof AuditFinding)[] = ["kind", "account", "who", "counts", "at", "event", "fact"];
  return stringify(findings, { header: true, columns, escape_formulas: true, cast: { boolean: String } });
}
