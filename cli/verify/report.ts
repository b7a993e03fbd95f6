import writeFileAtomic from "write-file-atomic";

import type { Settings } from "../../infra/settings.ts";
import type { Project } from "../project/project.ts";
import type { Verification } from "../results/verify.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";
import { requireAccessRoleItself } from "./canary/live.ts";
import { canariesFor, type Canary, planText } from "./canary/plan.ts";
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
  /** The development account in which it is really tried. */
  live: string | undefined;
  /** Don't ask. */
  yes: boolean;
}

async function agreedCanaries(
  account: string,
  { settings, yes }: Pick<VerifyOptions, "settings" | "yes">,
  printer: Printer,
): Promise<Canary[]> {
  const canaries = canariesFor(account, settings);
  requireAccessRoleItself();
  requireConfirmable(yes);
  printer.logToStderr(planText(canaries));
  await confirmChange("Make them, and try?", yes);
  return canaries;
}

/**
 * Verifies, and writes the report in the forms that were asked for; the text is for stdout. Before anything is made, it is asked.
 *
 * @throws Failure when the answer is no, or nobody can be asked
 */
export async function verifyAndReport(
  options: VerifyOptions,
  printer: Printer,
): Promise<{ report: Verification; text: string }> {
  const { project, settings, format, all, junit, live } = options;
  const canaries = live === undefined ? [] : await agreedCanaries(live, options, printer);
  const report = await verify(project, settings, canaries);
  if (junit !== undefined) await writeFileAtomic(junit, verificationJunit(report));
  const text = format === "markdown" ? verificationMarkdown(report) : verificationText(report, process.stdout, { all });
  return { report, text };
}
