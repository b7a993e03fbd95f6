import type { PreviewReport } from "../results/report.ts";

/** The report as it is printed on stdout. JSON is the report itself. */
export async function render(report: PreviewReport, format: "text" | "markdown" | "json"): Promise<string> {
  if (format === "markdown") {
    const { markdown } = await import("./markdown.ts");
    return markdown(report).trimEnd();
  }
  const { reportText } = await import("./text.ts");
  return reportText(report, process.stdout);
}
