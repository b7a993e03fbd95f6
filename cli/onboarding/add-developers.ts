import type { Stack } from "@pulumi/pulumi/automation/index.js";

import type { Settings } from "../../infra/settings.ts";
import { iamIn } from "../aws/clients.ts";
import { letBack } from "../aws/cut-off.ts";
import { createOneTimePassword } from "../aws/one-time-password.ts";
import { addToStack, isApplied, settlePending } from "../deploy/own-part.ts";
import { apply, prepare } from "../engine/apply.ts";
import { type RunResult, runRefresh } from "../engine/runs.ts";
import { IncompleteRun } from "../engine/run-failure.ts";
import { Failure } from "../failure.ts";
import type { Project } from "../project/project.ts";
import type { SettingsFile } from "../project/settings-file.ts";
import {
  guideFile,
  type Handover,
  handoverOf,
  requireNewFile,
  requireWritable,
  writePasswordFile,
} from "./handover.ts";
import type { Language } from "./language.ts";

export interface AddDevelopersOptions {
  project: Project;
  before: SettingsFile;
  /** The settings with the new names in the roster. */
  after: SettingsFile;
  names: string[];
  yes: boolean;
  verbose: boolean;
  passwordFile: string | undefined;
  /** Whether the one-time passwords may be returned, to be shown. Without that and a file, none are made. */
  showPassword: boolean;
  /** Where each developer's page goes, and in which language. */
  guides: { directory: string; language: Language } | undefined;
}

export interface AddedDeveloper {
  handover: Handover;
  /** What to say about the password, or the password itself. */
  password: { shown: string } | { file: string } | "not made" | "there already";
}

/** Roster, stack, passwords: in this order, so that whatever fails, the next `up` goes on. */
export async function addDevelopers(options: AddDevelopersOptions) {
  const { project, before, after, names, yes, verbose, passwordFile, showPassword, guides } = options;
  if (passwordFile !== undefined) await requireNewFile(passwordFile);
  if (guides) await requireWritable(guides.directory, guides.directory, "Name another directory in --kit-directory.");
  const stack = await prepare(project, after);
  const isFirst = !(await isApplied(stack, project));
  const isAlone = yes && !isFirst;
  if (isFirst) process.stderr.write(`${setUpLine(project, after)}\n`);
  const add = (): Promise<RunResult> =>
    isAlone
      ? addToStack(stack, { project, file: after, names, verbose })
      : apply(stack, { project, file: after, yes, verbose, ...(isFirst && { show: true }) });
  await after.write();
  let result: RunResult;
  try {
    result = await add();
  } catch (error) {
    // Declined, or refused by the engine: nothing was begun that the next `up` would have to finish.
    if (!(error instanceof IncompleteRun)) await before.write();
    else if (showPassword || passwordFile !== undefined) throw withPasswords(error, names);
    throw error;
  }
  const returning = notMadeBy(result, names);
  if (returning.length > 0) result = await complete(stack, returning, options, add);
  if (guides) await writeGuides(after.settings, names, guides);
  const developers = await handOver(after, names, options);
  const settle = () => settlePending(stack, { project, file: after, yes, verbose });
  return { result, developers, settlePending: isAlone ? settle : () => Promise.resolve([]) };
}

function setUpLine({ stack }: Project, { settings }: SettingsFile): string {
  const everybody = Object.keys(settings.developers).join(", ");
  return `The stack "${stack}" was never applied: this sets up the whole of it, with everybody on the roster (${everybody}).`;
}

/** A run that stops half-way ends before the passwords; the roster has the names by then. */
function withPasswords(error: IncompleteRun, names: string[]): Failure {
  const later = names.map((name) => `mfa-admin reset-password ${name}`).join(", ");
  return new Failure(error.message, `${error.remedy ?? ""} Then make the one-time passwords: ${later}.`, {
    cause: error,
  });
}

/** Gives developers back what a removal that was broken off had taken from users and roles that are still there. */
async function complete(
  stack: Stack,
  names: string[],
  { project, after: { settings }, verbose }: AddDevelopersOptions,
  add: () => Promise<RunResult>,
): Promise<RunResult> {
  await letBack(settings, names);
  await runRefresh(stack, { project, settings, verbose });
  return add();
}

/** Those whose user was there before. */
function notMadeBy({ changes }: RunResult, names: string[]): string[] {
  const made = changes.filter(({ operation, type }) => operation === "create" && type === "user");
  return names.filter((name) => !made.some((change) => change.name === name));
}

async function writeGuides(
  settings: Settings,
  names: string[],
  { directory, language }: { directory: string; language: Language },
): Promise<void> {
  const { guidePage, writeGuide } = await import("./guide.ts");
  try {
    for (const name of names) await writeGuide(guideFile(directory, name), await guidePage(settings, name, language));
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
): Promise<AddedDeveloper[]> {
  const page = (userName: string): Handover => handoverOf(settings, userName, guides?.directory);
  if (!showPassword && passwordFile === undefined) {
    return names.map((userName) => ({ handover: page(userName), password: "not made" }));
  }
  const iam = iamIn(settings.authAccount, settings);
  const passwords = new Map<string, string | undefined>();
  try {
    for (const userName of names) passwords.set(userName, await createOneTimePassword(iam, userName));
  } finally {
    // Whatever was made is handed over, even if the next one failed.
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
