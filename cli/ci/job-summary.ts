import { appendFile } from "node:fs/promises";

import type { StepEventMetadata } from "../engine/automation.ts";
import { explain } from "../explain.ts";
import { markdown } from "../preview/markdown.ts";
import { planOf } from "../preview/planned.ts";
import { previewReport } from "../preview/report.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { redacted } from "../terminal/redact.ts";

/** Adds what `up` has done to the summary of its job on GitHub Actions; does nothing elsewhere. */
export async function summarizeUp(
  { stack }: Project,
  { settings }: SettingsFile,
  steps: StepEventMetadata[],
): Promise<void> {
  await append(() => markdown(previewReport({ kind: "up", stack, settings, plan: planOf(steps) })));
}

/** The same for a command that has failed, with what to do next. */
export async function summarizeFailure(command: string, error: Error): Promise<void> {
  await append(() => {
    const { message, remedy } = explain(error);
    const text = redacted([message, remedy].filter((line) => line !== undefined).join("\n"));
    const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
    return `### \`mfa-admin ${command}\` failed\n\n${fence}text\n${text}\n${fence}\n`;
  });
}

async function append(text: () => string): Promise<void> {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (file) await appendFile(file, `${text()}\n`);
}
