import { basename } from "node:path";

import { accessEndOf, accountsNamed, earlierEnds } from "../../infra/access-ends.ts";
import { entersEveryAccount } from "../../infra/names.ts";
import { closest } from "../closest.ts";
import { addToStack } from "../deploy/own-part.ts";
import { openForRun } from "../deploy/open-for-run.ts";
import { madeWithoutPassword } from "../deploy/passwords-later.ts";
import { Failure } from "../failure.ts";
import { commitAdvice, fileToCommit } from "../project/commit.ts";
import type { Project } from "../project/project.ts";
import { requireAccounts, requireDayToCome } from "../project/roster.ts";
import { SettingsFile } from "../project/settings-file.ts";
import { listed } from "../report/phrases.ts";
import { runSummary } from "../report/run-summary.ts";
import type { ExtendResult } from "../results/extend.ts";
import { confirmChange, requireConfirmable } from "../terminal/ask.ts";
import type { Printer } from "../terminal/printer.ts";

export interface ExtendOptions {
  name: string;
  /** The last day, YYYY-MM-DD, with or without an offset. */
  until: string;
  /** The account whose access is extended; all of the developer's access when left out. */
  account: string | undefined;
  /** Whether only the roster is edited. */
  noUp: boolean;
  yes: boolean;
  verbose: boolean;
}

/**
 * Sets another day for the end of somebody's access: in the roster, then in that person's user and roles, and nowhere else. A developer
 * whose access has ended, and who was removed, is made again.
 *
 * @throws Failure for an invalid day, name or account, before anything is changed
 */
export async function extend(
  project: Project,
  file: SettingsFile,
  options: ExtendOptions,
  printer: Printer,
): Promise<ExtendResult> {
  const { name, until, account, noUp, yes, verbose } = options;
  const edited = extended(file, options);
  const end = accessEndOf(edited.written, name, account) ?? "";
  const what = `the access of ${name}${account === undefined ? "" : ` to ${account}`}`;
  const commit = fileToCommit(project);
  const result = { userName: name, ...(account !== undefined && { account }), until, end };
  if (noUp) {
    await edited.write();
    printer.log(`Written to ${basename(file.path)}: ${what} ends at ${end}. mfa-admin preview shows what up would do.`);
    for (const note of endNotes(edited, options)) printer.log(note);
    if (commit !== undefined) printer.logToStderr(commitAdvice(commit));
    return { ...result, applied: false };
  }
  requireConfirmable(yes);
  const stack = await openForRun(project, edited);
  await confirmChange(`Let ${what} end at ${end}?`, yes);
  // The file is read again: the question may have been open for long.
  const now = extended(await SettingsFile.read(file.path), options);
  const run = await addToStack(stack, {
    ...{ project, file: now, names: [name], verbose, what: "extend" },
    onBegin: () => now.write(),
  });
  printer.log(runSummary(run));
  printer.log(`From now on ${what} ends at ${end}.`);
  for (const note of endNotes(edited, options)) printer.log(note);
  const later = madeWithoutPassword(run);
  if (later !== undefined) printer.logToStderr(`Next: ${later}`);
  if (commit !== undefined) printer.logToStderr(commitAdvice(commit));
  return { ...result, applied: true, ...run };
}

/** What else the end of the access hangs on: of the developer's own day and that of an account, the earlier one counts. */
function endNotes({ written }: SettingsFile, { name, account }: ExtendOptions): string[] {
  const whole = accessEndOf(written, name);
  if (account !== undefined) {
    if (whole === undefined || accessEndOf(written, name, account) !== whole) return [];
    return [`All access of ${name} ends then: mfa-admin extend ${name} --until DAY lets it go on.`];
  }
  const earlier = earlierEnds(written, name).map(({ account: one, end }) => `${one} (${end})`);
  if (earlier.length === 0) return [];
  const extend = `mfa-admin extend ${name} --account NAME --until DAY`;
  return [`It ends earlier in ${listed(earlier, (place) => place, 5)}: ${extend} lets it go on there.`];
}

/** The file with the new day. @throws Failure for an invalid day, name or account */
function extended(file: SettingsFile, { name, until, account }: ExtendOptions): SettingsFile {
  requireDayToCome(until);
  const { developers, developmentAccounts } = file.written;
  if (!Object.hasOwn(developers, name)) {
    const meant = closest(name, Object.keys(developers));
    throw new Failure(
      `${name} is not in the roster.`,
      meant === undefined ? "mfa-admin list shows who is." : `Did you mean ${meant}?`,
    );
  }
  requireAccounts(file.written, account === undefined ? undefined : [account]);
  if (account !== undefined && entersEveryAccount(file.written, name)) {
    throw new Failure(
      `${name} enters every account by one tag, and not ${account} by one of its own.`,
      `Leave --account out, or name the accounts of developers.${name} in ${basename(file.path)} first.`,
      { setting: ["developers", name] },
    );
  }
  const all = Object.keys(accountsNamed(developers[name]?.accounts) ?? developmentAccounts);
  if (account !== undefined && !all.includes(account)) {
    throw new Failure(
      `${name} has no access to ${account}.`,
      `Edit developers.${name} in ${basename(file.path)} to give it.`,
    );
  }
  const edited = file.withUntil({ name, until, ...(account !== undefined && { account: { name: account, all } }) });
  if (edited !== undefined) return edited;
  throw new Failure(
    `The entry of ${name} in ${basename(file.path)} is written in a way that no command edits.`,
    `Write until: ${until} there by hand, then run mfa-admin up.`,
    { setting: ["developers", name] },
  );
}
