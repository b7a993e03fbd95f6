import type { Settings } from "../../infra/settings.ts";
import type { Project } from "../project/project.ts";
import { missedLines } from "../report/missed-text.ts";
import type { Audit } from "../results/audit.ts";
import { audit, type AuditOptions } from "./audit.ts";
import { auditCsv, auditText } from "./text.ts";

/**
 * Audits, and renders the report in the format asked for.
 *
 * @returns the text for stdout, and lines for stderr: CSV has no place for what could not be looked at
 */
export async function auditAndReport(
  project: Project,
  settings: Settings,
  { format, ...options }: AuditOptions & { format: "text" | "csv" | "json" },
): Promise<{ report: Audit; text: string; notes: string[] }> {
  const report = await audit(project, settings, options);
  return format === "csv"
    ? { report, text: auditCsv(report), notes: missedLines(report.missed, process.stderr).flat() }
    : { report, text: auditText(report, process.stdout), notes: [] };
}
