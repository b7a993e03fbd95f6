import type { Language } from "../language.ts";
import type { AuditorReport } from "../results/auditor-report.ts";
import { missedLines } from "../report/missed-text.ts";
import { requirePageWritable } from "../terminal/page-file.ts";
import { gather, type GatherOptions } from "./gather.ts";
import { auditorReport } from "./rows.ts";

export type AuditorFormat = "html" | "csv" | "json";

/**
 * Makes the report, as text in the format asked for. It changes nothing.
 *
 * @returns also lines for stderr: why the report is not complete, which fails the command
 * @param options.output the file for the report: checked before AWS is called, and refused where it cannot be written
 */
export async function reportForAuditor({
  format,
  language,
  output,
  ...options
}: GatherOptions & { format: AuditorFormat; language: Language; output: string | undefined }): Promise<{
  report: AuditorReport;
  text: string;
  notes: string[];
}> {
  if (output !== undefined) await requirePageWritable(output);
  const report = auditorReport(await gather(options));
  return { report, text: await written(report, format, language), notes: incompleteLines(report) };
}

function incompleteLines({ missed, checks }: AuditorReport): string[] {
  const unknown = checks.filter(({ level }) => level === "unknown");
  const all = [...missed, ...unknown.map(({ name, fact, remedy = "" }) => ({ what: name, reason: fact, remedy }))];
  return missedLines(all, process.stderr)
    .flat()
    .filter((line) => line.trim() !== "");
}

async function written(report: AuditorReport, format: AuditorFormat, language: Language): Promise<string> {
  if (format === "json") return `${JSON.stringify(report, undefined, 2)}\n`;
  if (format === "csv") return (await import("./csv.ts")).auditorCsv(report);
  const [{ auditorPage }, { wordsIn }] = await Promise.all([import("./page.ts"), import("./words.ts")]);
  return auditorPage(report, await wordsIn(language));
}
