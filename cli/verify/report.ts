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
  /** Whether the whole matrix is shown. */
  all: boolean;
  /** The file for JUnit's XML. */
  junit: string | undefined;
  /** The development account in which it is really tried. */
  live: string | undefined;
  /** Don't ask. */
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
 * Verifies, and writes the report in the forms that were asked for; the text is for stdout. Before anything is made, it is asked.
 *
 * @throws Failure when the answer is no, or nobody can be asked
 */
export async function verifyAndReport(
  options: VerifyOptions,
  printer: Printer,
): Promise<{ report: Verification; text: string }> {
  const { project, format, all, junit, live } = options;
  // A canary may be for an account that the settings do not name.
  const settings = live === undefined ? options.settings : await withEveryAccount(options.settings);
  const canaries = live === undefined ? [] : await agreedCanaries(live, { ...options, settings }, printer);
  // While AWS is asked there is time to load what writes.
  const [report, write] = await Promise.all([verify(project, settings, canaries), writerOf(format, all)]);
  if (junit !== undefined) {
    const { verificationJunit } = await import("./junit.ts");
    await writeFileAtomic(junit, verificationJunit(report));
  }
  return { report, text: write(report) };
}
