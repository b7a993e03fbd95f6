import { stringify } from "csv-stringify/sync";

import type { AuditorReport } from "../results/auditor-report.ts";
import type { Change } from "../results/change.ts";
import { propertyText } from "../report/phrases.ts";
import { policyLines, policyTitle } from "../report/policy-lines.ts";
import { oneLine } from "../terminal/one-line.ts";

/**
 * The rows of the report as CSV. The first column names the row's table; then comes a column for each key that some row has in the
 * JSON. Cells that a spreadsheet would take for formulas are escaped.
 */
export function auditorCsv(report: AuditorReport): string {
  const { stack, madeAt, madeBy, organization, commit, clean, complete, promises, credentialReportAt } = report;
  const about = { stack, madeAt, madeBy, organization: organization.id, commit: commit?.id, clean, complete };
  const managementAccount = { name: "management", id: organization.managementAccount };
  const rows = [
    { table: "report", ...about, commitChanged: commit?.changed, credentialReportAt, ...promises },
    ...tabled("accounts", [managementAccount, ...report.accounts]),
    ...tabled("findings", report.findings),
    ...tabled("access", report.access),
    ...tabled("people", report.people),
    ...tabled("guards", report.guards),
    ...tabled("drift", (report.drift ?? []).map(flat)),
    ...tabled("pending", (report.pending ?? []).map(flat)),
    ...tabled("checks", report.checks),
    ...tabled("missed", report.missed),
    ...tabled("matrix", report.matrix),
    ...tabled("compared", report.compared),
  ].map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, cell(value)])));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return stringify(rows, { header: true, columns, escape_formulas: true });
}

const tabled = (table: string, rows: object[]): object[] => rows.map((row) => ({ table, ...row }));

/** A change as one row: its differences as lines of text. */
function flat({ operation, account, type, name, developer, since, properties, policies }: Change): object {
  const details = [
    ...properties.map((property) => propertyText(property, oneLine)),
    ...policies.flatMap((policy) => [policyTitle(policy, oneLine), ...policyLines(policy)]),
  ];
  return { operation, account, type, name, developer, since, details };
}

/** A value as text: the items of a list with semicolons between them, the parts of an object with their names. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(cell).join("; ");
  if (typeof value === "string") return value;
  if (typeof value !== "object") return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, part]) => `${key} ${cell(part)}`)
    .join(", ");
}
