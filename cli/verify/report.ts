import writeFileAtomic from "write-file-atomic";

import type { Settings } from "../../infra/settings.ts";
import { withEveryAccount } from "../aws/every-account.ts";
import type { Project } from "../project/project.ts";
import type { Verification } from "../results/verify.ts";
import type { Printer } from "../terminal/printer.ts";
import type { Canary } from "./canary/plan.ts";
import { verify } from "./verify.ts";

export interface VerifyOptions {
  project: Project;
  settings: Settings;
  format: "text" | "markdown" | "json";
  /** Whether to show the whole matrix. */
  all: boolean;
  /** The file for JUnit's XML. */
  junit: string | undefined;
  /** The development account for the canaries. */
  live: string | undefined;
  /** Whether to ask no confirmation. */
  yes: boolean;
}

async function writerOf(format: VerifyOptions["format"], all: boolean): Promise<(report: Verification) => string> {
  if (format === "markdown") return (await import("./markdown.ts")).verificationMarkdown;
  const { verificationText } = await import("./text.ts");
  return (report) => verificationText(report, process.stdout, { all });
}

async function agreedCanaries(
  account: string,
  { settings, yes }: Pick<VerifyOptions, "settings" | "yes">,
  printer: Printer,
): Promise<Canary[]> {
  const [{ canariesFor, planText }, { requireAccessRoleItself }, { confirmChange, requireConfirmable }] =
    await Promise.all([import("./canary/plan.ts"), import("./canary/live.ts"), import("../terminal/ask.ts")]);
  const canaries = canariesFor(account, settings);
  requireAccessRoleItself();
  requireConfirmable(yes);
  printer.logToStderr(planText(canaries));
  await confirmChange("Make them, and try?", yes);
  return canaries;
}

/**
 * Verifies, and writes the report in the requested forms; the returned text is for stdout. A confirmation comes before anything is made.
 *
 * @throws Failure when the answer is no, or nobody can be asked
 */
export async function verifyAndReport(
  options: VerifyOptions,
  printer: Printer,
): Promise<{ report: Verification; text: string }> {
  const { project, format, all, junit, live } = options;
  // The canaries may be for an account that the settings do not name.
  const settings = live === undefined ? options.settings : await withEveryAccount(options.settings);
  const canaries = live === undefined ? [] : await agreedCanaries(live, { ...options, settings }, printer);
  // The formatter is loaded while AWS answers.
  const [report, write] = await Promise.all([verify(project, settings, canaries), writerOf(format, all)]);
  if (junit !== undefined) {
    const { verificationJunit } = await import("./junit.ts");
    await writeFileAtomic(junit, verificationJunit(report));
  }
  return { report, text: write(report) };
}
