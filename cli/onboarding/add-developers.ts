import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { mkdir } from "node:fs/promises";

import type { Settings } from "../../infra/settings.ts";
import { iamIn } from "../aws/clients.ts";
import { letBack } from "../developers/cut-off.ts";
import { createOneTimePassword } from "../aws/one-time-password.ts";
import { addToStack, isApplied, settlePending } from "../deploy/own-part.ts";
import { apply } from "../deploy/apply.ts";
import { openForRun } from "../deploy/open-for-run.ts";
import { runRefresh } from "../engine/runs.ts";
import type { RunResult } from "../results/run.ts";
import type { StepEventMetadata } from "../engine/automation.ts";
import { existsAlready, IncompleteRun } from "../engine/run-failure.ts";
import { unreachedNames } from "../engine/unreached.ts";
import { Failure } from "../failure.ts";
import { commitAdvice, fileToCommit } from "../project/commit.ts";
import { type Project, stackReference } from "../project/project.ts";
import { RosterEdit } from "../project/roster-edit.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import {
  type AddedDeveloper,
  guideFile,
  handoverOf,
  ensureNewFile,
  requireMakeable,
  writePasswordFile,
} from "./handover.ts";
import type { Handover } from "../results/add-developer.ts";
import type { Language } from "../language.ts";
import { writePage } from "../terminal/page-file.ts";
import { tell } from "../terminal/tell.ts";

export interface AddDevelopersOptions {
  project: Project;
  /** The settings as they were first read. */
  file: SettingsFile;
  names: string[];
  /** Names of development accounts; every one when left out. */
  accounts: string[] | undefined;
  /** The last day, YYYY-MM-DD, with or without an offset. */
  until: string | undefined;
  yes: boolean;
  verbose: boolean;
  passwordFile: string | undefined;
  /** Whether one-time passwords may be returned, to be shown. Without that and without a file, none are made. */
  showPassword: boolean;
  /** The directory of the developers' pages, and their language. */
  guides: { directory: string; language: Language } | undefined;
}

/**
 * Adds developers to the roster, to the stack, and gives them passwords: in this order, so that the next `up` continues after any failure.
 */
export async function addDevelopers(options: AddDevelopersOptions) {
  const { project, file, names, accounts, until, passwordFile, guides } = options;
  if (passwordFile !== undefined) await ensureNewFile(passwordFile);
  if (guides) await requireMakeable(guides.directory, "Name another directory in --kit-directory.");
  const first = new RosterEdit(project, file, names, { accounts, until });
  const stack = await openForRun(project, first.after);
  // The file is read again: while a passphrase was asked for, another command may have edited the roster.
  const roster = await first.again();
  try {
    return await letIn(stack, roster, options);
  } catch (error) {
    const commit = roster.isWritten ? fileToCommit(project) : undefined;
    if (commit !== undefined) tell(commitAdvice(commit));
    throw error;
  }
}

async function letIn(stack: Stack, roster: RosterEdit, options: AddDevelopersOptions) {
  const { project, names, yes, verbose, guides } = options;
  const { after } = roster;
  const isFirst = !(await isApplied(stack, project));
  const isAlone = yes && !isFirst;
  let steps = 0;
  const common = {
    ...{ project, file: after, verbose },
    onBegin: () => roster.write(),
    onStep: ({ op }: StepEventMetadata) => void (steps += op === "same" ? 0 : 1),
  };
  const add = (): Promise<RunResult> =>
    isAlone
      ? addToStack(stack, { ...common, names, what: "add-developer" })
      : apply(stack, { ...common, yes, ...(isFirst && { intro: setUpLine(project, after) }) });
  let result: RunResult;
  try {
    result = await add();
  } catch (error) {
    if (steps === 0 && hasMadeNothing(error)) {
      await roster.takeBack();
      throw error instanceof IncompleteRun ? withAdoption(error, project, names) : error;
    }
    throw error;
  }
  const returning = notMadeBy(result, names);
  if (returning.length > 0) result = await complete(stack, returning, options, after, add);
  if (guides) await writeGuides(after.settings, names, guides);
  const developers = await handOver(after, names, options, unreachedNames(stack));
  const settle = () => settlePending(stack, { project, file: after, yes, verbose });
  return { result, developers, settlePending: isAlone ? settle : () => Promise.resolve([]) };
}

/** Whether a failed run leaves nothing for the next `up` to finish: it was declined or refused, or failed by taken names alone. */
function hasMadeNothing(error: unknown): boolean {
  if (!(error instanceof IncompleteRun)) return true;
  const { failures } = error.record;
  return !error.interrupted && failures.length > 0 && failures.every(existsAlready);
}

function setUpLine(project: Project, { settings }: SettingsFile): string {
  const everybody = Object.keys(settings.developers).join(", ");
  return `The stack "${stackReference(project)}" was never applied: this sets up the whole of it, with everybody on the roster (${everybody}).`;
}

/** The failure for names that AWS has already. They are off the roster by then, since those users are not the stack's. */
function withAdoption(error: IncompleteRun, { stack }: Project, names: string[]): Failure {
  const adoption = `mfa-admin add-developer ${names.join(" ")} --no-up, then mfa-admin up --stack ${stack} --adopt`;
  return new Failure(
    error.message,
    `The roster is as it was. Delete what is there already, or take it into the stack: ${adoption}.`,
    { cause: error, parts: error.parts },
  );
}

/** Gives developers back what an interrupted removal has taken from users and roles that still exist. */
async function complete(
  stack: Stack,
  names: string[],
  { project, verbose }: AddDevelopersOptions,
  { settings }: SettingsFile,
  add: () => Promise<RunResult>,
): Promise<RunResult> {
  await letBack(settings, names, unreachedNames(stack));
  await runRefresh(stack, { project, settings, verbose });
  return add();
}

/** The developers whose users existed before the run. */
function notMadeBy({ changes }: RunResult, names: string[]): string[] {
  const made = changes.filter(({ operation, type }) => operation === "create" && type === "user");
  return names.filter((name) => !made.some((change) => change.name === name));
}

async function writeGuides(
  settings: Settings,
  names: string[],
  { directory, language }: { directory: string; language: Language },
): Promise<void> {
  const { guidePage } = await import("./guide.ts");
  try {
    await mkdir(directory, { recursive: true });
    for (const name of names) await writePage(guideFile(directory, name), await guidePage(settings, name, language));
  } catch (error) {
    const later = names.map((name) => `mfa-admin guide ${name}, mfa-admin reset-password ${name}`).join(", ");
    throw new Failure((error as Error).message, `For the pages and the one-time passwords run: ${later}.`, {
      cause: error,
    });
  }
}

async function handOver(
  { settings }: SettingsFile,
  names: string[],
  { passwordFile, showPassword, guides }: AddDevelopersOptions,
  unreached: string[],
): Promise<AddedDeveloper[]> {
  const page = (userName: string): Handover => handoverOf(settings, userName, guides?.directory, unreached);
  if (!showPassword && passwordFile === undefined) {
    return names.map((userName) => ({ handover: page(userName), password: "not made" }));
  }
  const iam = iamIn(settings.authAccount, settings);
  const passwords = new Map<string, string | undefined>();
  try {
    for (const userName of names) passwords.set(userName, await createOneTimePassword(iam, userName));
  } finally {
    // Passwords that were made are handed over even if the next one failed.
    if (passwordFile !== undefined) await writePasswordFile(passwordFile, passwords);
  }
  return names.map((userName) => {
    const password = passwords.get(userName);
    if (password === undefined) return { handover: page(userName), password: "there already" };
    return {
      handover: page(userName),
      password: passwordFile === undefined ? { shown: password } : { file: passwordFile },
    };
  });
}
