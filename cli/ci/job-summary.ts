import { appendFile } from "node:fs/promises";

import type { StepEventMetadata } from "../engine/automation.ts";
import { passwordsLater, usersMade } from "../deploy/passwords-later.ts";
import { failureMarkdown } from "../report/failure-markdown.ts";
import { markdown } from "../report/markdown.ts";
import { code } from "../report/markdown-text.ts";
import { stackChangesOf } from "../changes/resource.ts";
import { previewReport } from "../report/report.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import { tell } from "../terminal/tell.ts";

/** The outcome of an `up`. */
export interface Outcome {
  project: Project;
  file: SettingsFile;
  /** The engine's steps up to the end or the failure. */
  steps: StepEventMetadata[];
}

/**
 * Adds what `up` has done to the summary of its job on GitHub Actions; does nothing elsewhere.
 *
 * @param letIn developers who have no password yet
 */
export async function summarizeUp(outcome: Outcome, letIn: string[]): Promise<void> {
  await append(() => done(outcome, letIn));
}

/** Adds to the summary why an `up` has failed, what to do next, and what it had done by then. */
export async function summarizeFailedUp(error: Error, outcome: Outcome | undefined): Promise<void> {
  await append(() => {
    const failure = failureMarkdown("up", error);
    return hasChanged(outcome) ? `${failure}\n${done(outcome, usersMadeBy(outcome))}` : failure;
  });
}

function hasChanged(outcome: Outcome | undefined): outcome is Outcome {
  return outcome !== undefined && stackChangesOf(outcome.steps).resources.some(({ operation }) => operation !== "same");
}

const usersMadeBy = ({ steps }: Outcome): string[] => usersMade(stackChangesOf(steps).resources).sort();

function done({ project: { stack }, file: { settings }, steps }: Outcome, letIn: string[]): string {
  const changes = stackChangesOf(steps);
  const next = letIn.length === 0 ? "" : `\n**Next:** ${passwordsLater(letIn, code)}\n`;
  return markdown(previewReport({ kind: "up", stack, settings, changes })) + next;
}

/** Appends to the job's summary. Where that fails it prints a note: the run must not fail by it, nor its own error be hidden. */
async function append(text: () => string): Promise<void> {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (!file) return;
  try {
    await appendFile(file, `${text()}\n`);
  } catch (error) {
    tell(`Note: the job's summary could not be written: ${(error as Error).message}.`);
  }
}
