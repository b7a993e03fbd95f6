import { basename } from "node:path";

import { madeWithoutPassword, passwordsLater } from "../deploy/passwords-later.ts";
import { commitAdvice, fileToCommit } from "../project/commit.ts";
import { rosterEntries } from "../project/roster.ts";
import type { AddDeveloperResult } from "../results/add-developer.ts";
import { runSummary } from "../report/run-summary.ts";
import { requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";
import type { AddDevelopersOptions } from "./add-developers.ts";

/** Adds developers to the roster and to the stack, and prints what to hand over. */
export async function letIn(options: AddDevelopersOptions, printer: Printer): Promise<AddDeveloperResult> {
  const { project, file, names, accounts, until, yes } = options;
  // Invalid names and accounts are refused before the engine is loaded.
  rosterEntries(file, names, accounts, until);
  const commit = fileToCommit(project);
  requireConfirmable(yes);
  const [{ addDevelopers }, { handoverPage }] = await Promise.all([
    import("./add-developers.ts"),
    import("./handover.ts"),
  ]);
  const { result, developers, settlePending } = await addDevelopers(options);
  printer.log(runSummary(result));
  printer.log(`\n${handoverPage(developers)}`);
  const later = madeWithoutPassword(result, names);
  if (later !== undefined) printer.logToStderr(`Next: ${later}`);
  if (commit !== undefined) printer.logToStderr(commitAdvice(commit));
  const pending = await settlePending();
  const handed = developers.map(({ handover }) => handover);
  return { added: names, applied: true, ...result, developers: handed, pending, commit };
}

/** Adds developers to the roster alone, for a pull request. */
export async function addToRoster(
  {
    project,
    file,
    names,
    accounts,
    until,
  }: Pick<AddDevelopersOptions, "project" | "file" | "names" | "accounts" | "until">,
  printer: Printer,
): Promise<AddDeveloperResult> {
  const entries = rosterEntries(file, names, accounts, until);
  const commit = fileToCommit(project);
  await file.withDevelopers(entries).write();
  printer.log(
    `Added to ${basename(project.settingsFile)}: ${names.join(", ")}. mfa-admin preview shows what up would do.`,
  );
  printer.log(`After up, ${passwordsLater(names)}`);
  if (commit !== undefined) printer.logToStderr(commitAdvice(commit));
  return { added: names, applied: false, commit };
}
