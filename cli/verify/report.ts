import writeFileAtomic from "write-file-atomic";

import type { Settings } from "../../infra/settings.ts";
import type { Project } from "../project/project.ts";
import type { Verification } from "../results/verify.ts";
import { verificationJunit } from "./junit.ts";
import { verificationMarkdown } from "./markdown.ts";
import { verificationText } from "./text.ts";
import { verify } from "./verify.ts";

export interface VerifyOptions {
  project: Project;
  settings: Settings;
  format: "text" | "markdown" | "json";
  /** Whether the whole matrix is shown. */
  all: boolean;
  /** The file for JUnit's XML. */
  junit: string | undefined;
}

/** Verifies, and writes the report in the forms that were asked for; the text is for stdout. */
export async function verifyAndReport(options: VerifyOptions): Promise<{ report: Verification; text: string }> {
  const { project, settings, format, all, junit } = options;
  const report = await verify(project, settings);
  if (junit !== undefined) await writeFileAtomic(junit, verificationJunit(report));
  const text = format === "markdown" ? verificationMarkdown(report) : verificationText(report, process.stdout, { all });
  return { report, text };
}
