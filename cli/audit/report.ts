import type { Settings } from "../../infra/settings.ts";
import type { Project } from "../project/project.ts";
import type { Audit } from "../results/audit.ts";
import { audit, type AuditOptions } from "./audit.ts";
import { auditCsv, auditText } from "./text.ts";

/** Audits, and renders the report for stdout in the format asked for. */
export async function auditAndReport(
  project: Project,
  settings: Settings,
  { format, ...options }: AuditOptions & { format: "text" | "csv" | "json" },
): Promise<{ report: Audit; text: string }> {
  const report = await audit(project, settings, options);
  return { report, text: format === "csv" ? auditCsv(report) : auditText(report, process.stdout) };
}
